"""Compare groups: two groups on every metric at once, and all groups side by side."""

from cxdata.filters import FILTERS
from cxdata.i18n import _
from cxdata.ui import groups, look

groups.show(look.head(_("Compare groups"), *(entry.name for entry in FILTERS), held=False))
