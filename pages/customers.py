"""Customers: who is at risk and why, and everything that is known of each."""

from cxdata.ui import customers

customers.show()
