"""The menu: which pages there are, in which section, under which icon. A page is one file in pages/ and one line here."""

from __future__ import annotations

from cxdata.i18n import N_

MENU = {
    "": (
        ("overview", N_("Overview"), "space_dashboard"),
        ("goals", N_("Goals"), "flag"),
        ("meeting", N_("Meeting"), "groups"),
    ),
    N_("Customers"): (
        ("voice_of_customer", N_("Voice of customer"), "reviews"),
        ("customers", N_("Customers"), "person_search"),
        ("follow_ups", N_("Follow-ups"), "call"),
        ("retention", N_("Retention"), "group"),
        ("value", N_("Customer value"), "euro"),
        ("journey", N_("Customer journey"), "route"),
    ),
    N_("Service"): (
        ("service", N_("Service"), "support_agent"),
        ("sla", N_("SLA"), "timer"),
        ("channels", N_("Channels"), "alt_route"),
        ("quality", N_("Service quality"), "verified"),
    ),
    N_("Analysis"): (
        ("compare", N_("Compare groups"), "compare_arrows"),
        ("events", N_("Events"), "event"),
        ("alerts", N_("Alerts"), "notifications"),
        ("definitions", N_("Definitions"), "menu_book"),
    ),
    N_("Data"): (
        ("data_import", N_("Import"), "upload_file"),
        ("settings", N_("Settings"), "settings"),
        ("privacy", N_("Privacy"), "shield_person"),
    ),
}
WITHOUT_FILTERS = ("goals", "meeting", "events", "alerts", "data_import", "definitions", "settings", "privacy")


def names() -> tuple[str, ...]:
    """The file names of all pages."""
    return tuple(name for entries in MENU.values() for name, *_rest in entries)
