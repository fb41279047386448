"""CX Dashboard: from a customer-care team's exports to numbers that can be trusted.

bytes  -- encoding, records, reading -> a text table: encoding, delimiter, header record
       -- sources ------> what the file is: tool, kind, which column is which field
       -- parsing ------> SQL that turns text into typed values, with the whole column as evidence
       -- importing ----> rows, rejects and a summary, stored in one transaction
store  -- facts --------> current rows with everything derived (local month, durations, SLA outcome)
       -- queries ------> Query(metrics, by, grain, filters) -> SQL -> engine -> Answer
       -- charts, ui ---> figures, cards, tables and pages; nothing above queries does arithmetic on rows
"""
