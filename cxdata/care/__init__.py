"""Care before the complaint: which customers are at risk and why, who follows them up, what they are worth.

signals: what is known of every customer at an instant → rules, model: chances → scoring: the table that pages read,
written after an import → people: lists and one customer; follow_ups and effect: who was called, and whether it helped.
"""
