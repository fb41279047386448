"""The tickets as the exports of Zendesk, Freshdesk and Intercom: columns of text by header."""

import numpy as np

from lumio.world import AGENTS, BOT, BUSINESS, DAY, END, HOUR, TEAMS, cut, draw, hms, listed, lookup, text_of

SUBJECTS = {
    "advies": (
        "Welk pakket past bij ons?",
        "Vraag over glasvezel",
        "Advies vast of variabel",
        "Internet in de schuur",
    ),
    "bestelling": (
        "Bestelling wijzigen",
        "Status van mijn bestelling",
        "Bestelling niet gelukt",
        "Pakket uitbreiden",
    ),
    "levering": (
        "Modem niet ontvangen",
        "Wanneer komt de monteur?",
        "Afspraak verzetten",
        "Verkeerd pakket geleverd",
    ),
    "storing": (
        "Geen internet",
        "Wifi valt steeds weg",
        "Geen stroom gemeld",
        "App toont geen verbruik",
        "Trage verbinding",
    ),
    "factuur": (
        "Vraag over factuur",
        "Dubbel afgeschreven",
        "Termijnbedrag te hoog",
        "Jaarrekening klopt niet",
    ),
    "opzegging": ("Contract opzeggen", "Overstappen naar andere partij", "Opzegtermijn?"),
    "aanbeveling": ("Vriend aangebracht", "Welkomstbonus buren", "Review geplaatst"),
}

ZENDESK = listed(
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,"
    "Submitter,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,"
    "Assigned at,Organization,Due date,Initially assigned at,Solved at,Resolution time,"
    "Satisfaction Score,Group stations,Assignee stations,Reopens,Replies,First reply time in minutes,"
    "First reply time in minutes within business hours,First resolution time in minutes,"
    "First resolution time in minutes within business hours,Full resolution time in minutes,"
    "Full resolution time in minutes within business hours,Agent wait time in minutes,"
    "Agent wait time in minutes within business hours,Requester wait time in minutes,"
    "Requester wait time in minutes within business hours,On hold time in minutes,"
    "On hold time in minutes within business hours"
)
FRESHDESK = listed(
    "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,"
    "Closed time,Last update time,Initial response time,Time tracked,First response time (in hrs),"
    "Resolution time (in hrs),Agent interactions,Customer interactions,Resolution status,"
    "First response status,Tags,Survey results,Product,Full name,Title,Email,Work phone,Mobile phone,"
    "Twitter ID,Time zone,Language,Unique external ID,Contact ID,Company Name"
)
INTERCOM = listed(
    "Conversation ID,Ticket created (Europe/Amsterdam),Channel,Created by,Created via,"
    "Current conversation state,Last teammate rating,Resolved by,Started by,Ticket title,Ticket type,"
    "Ticket URL,User participant IDs,User participant names,Current ticket custom state,"
    "Current ticket state category,Conversation created at (Europe/Amsterdam),"
    "Conversation updated at (Europe/Amsterdam),Ticket last resolved (Europe/Amsterdam),"
    "Fin AI Agent rating,Fin AI Agent rating remark,Teammate currently assigned,"
    "Teammate currently assigned ID,Team currently assigned,Team currently assigned ID,"
    "Ticket time to resolve (seconds),Ticket category"
)
MINUTE, SECOND = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"


def subjects(rng, t):
    return [
        rng.choice(SUBJECTS[topic]) if not box else "Lumio Thuis box werkt niet"
        for topic, box in zip(t.topic, t.box, strict=True)
    ]


def minutes(start, end, blank):
    """Calendar and business minutes as text, one column each."""
    spans = ((end - start) // 60, BUSINESS.between(start, end) // 60)
    return [["" if b else int(v) for v, b in zip(span, blank, strict=True)] for span in spans]


def last_touch(rng, t):
    """The last update of an open ticket: somewhere between its newest event and the end of the data."""
    newest = np.where(t.answered, t.first, t.created)
    return (
        newest + (END - newest) * np.minimum(rng.random(len(newest)) * 0.9, rng.random(len(newest)))
    ).astype(int)


def ended(t):
    """The instant of the last resolution, or of the last update (`t.touched`) where there is none."""
    return np.where(t.done, t.solved, t.touched)


def zendesk_status(t):
    """Status and its last update; Zendesk closes a solved ticket after 28 days."""
    closed = t.done & (t.solved + 28 * DAY <= END)
    status = np.where(t.waiting < 0.3, "Pending", np.where(t.waiting < 0.4, "On-hold", "Open"))
    status = np.where(t.answered, status, np.where(END - t.created < 2 * DAY, "New", "Open"))
    status = np.where(t.deleted, "Deleted", np.where(closed, "Closed", np.where(t.done, "Solved", status)))
    return status, np.where(closed, t.solved + 28 * DAY, ended(t)) // 60 * 60


def zendesk_durations(rng, t):
    """The twelve columns of minutes. Agent wait is time pending, requester wait the rest."""
    count, open_ = len(t.day), ~t.done
    begin = np.where(t.answered, t.first, t.created)
    span = np.maximum(np.where(t.done, t.solved, END // 60 * 60) - begin, 0)
    on_hold = (rng.random(count) < 0.06) & t.answered
    held = np.where(on_hold, span * rng.uniform(0.2, 0.6, count), 0).astype(int)
    pending = np.where((t.replies > 1) & ~on_hold, span * t.waiting * 0.5, 0).astype(int)
    full, wait = minutes(t.created, t.solved, open_), minutes(begin, begin + pending, open_)
    pairs = (
        minutes(t.created, t.first, ~t.answered),
        minutes(t.created, t.solved_first, open_),
        full,
        wait,
        [
            ["" if f == "" else f - w for f, w in zip(*pair, strict=True)]
            for pair in zip(full, wait, strict=True)
        ],
        minutes(begin, begin + held, np.zeros(count, bool)),
    )
    return dict(zip(ZENDESK[29:], (column for pair in pairs for column in pair), strict=True))


def zendesk_tags(rng, t):
    """The topic first, then for some the product."""
    second = draw(rng, ("", " energie", " internet", " app"), np.tile([62, 15, 17, 6], (len(t.day), 1)))
    return [f"{a}{' lumio_thuis' if box else b}" for a, box, b in zip(t.topic, t.box, second, strict=True)]


def zendesk_satisfaction(rng, t):
    good = cut(t.mood + 0.3 * rng.standard_normal(len(t.day)), (22, 78), 0)
    offer = draw(rng, ("Unoffered", "Offered", "rated"), np.tile([52, 36, 12], (len(t.day), 1)))
    return np.where(~t.done, "Unoffered", np.where(offer == "rated", np.where(good, "Good", "Bad"), offer))


def zendesk_file(rng, t, c):
    count = len(t.day)
    t.touched = last_touch(rng, t)
    status, updated = zendesk_status(t)
    unseen = status == "New"
    assigned = np.minimum(t.created + (0.3 * (t.first - t.created)).astype(int), END) // 60 * 60
    reassigned = (rng.random(count) < 0.12) & t.answered
    kind = np.where(t.topic == "storing", "Incident", np.where(t.topic == "opzegging", "Task", "Question"))
    hours = np.round((t.solved - t.created) / HOUR).astype(int).astype(str)
    return {
        "Summation column": [1] * count,
        "Id": t.id,
        "Requester": c.name[t.who],
        "Requester id": c.id[t.who],
        "Requester external id": c.id[t.who],
        "Submitter": np.where(t.channel == "Phone", t.agent, ""),
        "Assignee": np.where(unseen, "", t.agent),
        "Group": t.team,
        "Subject": subjects(rng, t),
        "Tags": zendesk_tags(rng, t),
        "Status": status,
        "Priority": np.where(t.priority == "", "-", t.priority),
        "Via": t.channel,
        "Ticket type": kind,
        "Created at": text_of(t.created, MINUTE),
        "Updated at": text_of(updated, MINUTE),
        "Assigned at": text_of(np.where(reassigned, t.first, assigned), MINUTE, unseen),
        "Solved at": text_of(t.solved, MINUTE, ~t.done),
        "Resolution time": np.where(t.done, hours, ""),
        "Satisfaction Score": zendesk_satisfaction(rng, t),
        "Group stations": 1 + (rng.random(count) < 0.08),
        "Assignee stations": 1 + reassigned,
        "Reopens": np.where(t.done, t.reopens, 0),
        "Replies": replies(t),
    } | zendesk_durations(rng, t)


def replies(t):
    """Agent replies so far: an open ticket that was answered has one."""
    return np.where(t.answered, np.where(t.done, t.replies, 1), 0)


def within(took, target, known):
    return [
        ("Within SLA" if s <= h * HOUR else "SLA Violated") if k else ""
        for s, h, k in zip(took, target, known, strict=True)
    ]


def freshdesk_state(rng, t):
    """Status, and the columns of times that go with it; a tenth of the resolved is never closed."""
    closed_at = t.solved + rng.integers(0, 3 * DAY, len(t.day))
    closed = t.done & (closed_at <= END - 3 * DAY) & (rng.random(len(t.day)) < 0.9)
    status = np.where(t.waiting < 0.25, "Pending", np.where(t.waiting < 0.5, "Waiting on Customer", "Open"))
    status = np.where(closed, "Closed", np.where(t.done, "Resolved", np.where(t.answered, status, "Open")))
    return {
        "Status": status,
        "Resolved time": text_of(t.solved, SECOND, ~t.done),
        "Closed time": text_of(closed_at, SECOND, ~closed),
        "Last update time": text_of(np.where(closed, closed_at, ended(t)), SECOND),
    }


def freshdesk_targets(rng, t):
    """Priority, due time and outcomes by calendar targets; business durations, empty for one in seven."""
    priority = np.where(np.isin(t.priority, ("", "Normal")), "Medium", t.priority)
    hours = lookup({"Low": (24, 120), "Medium": (8, 72), "High": (4, 24), "Urgent": (1, 8)}, priority)
    hidden = rng.random(len(t.day)) < 0.15
    return {
        "Priority": priority,
        "Due by Time": text_of(t.created + hours[:, 1] * HOUR, SECOND),
        "First response time (in hrs)": hms(BUSINESS.between(t.created, t.first), hidden | ~t.answered),
        "Resolution time (in hrs)": hms(BUSINESS.between(t.created, t.solved), hidden | ~t.done),
        "Resolution status": within(t.solved - t.created, hours[:, 1], t.done),
        "First response status": within(t.first - t.created, hours[:, 0], t.answered),
    }


def freshdesk_file(rng, t, c):
    count = len(t.day)
    t.touched = last_touch(rng, t)
    source = np.where((t.channel == "Email") & (rng.random(count) < 0.25), "Portal", t.channel)
    rated = t.done & (rng.random(count) < 0.14)
    words = np.array(["Extremely Unhappy", "Unhappy", "Neutral", "Happy", "Extremely Happy"])
    columns = {
        "Ticket ID": t.id,
        "Subject": subjects(rng, t),
        "Source": np.where(source == "Social", "Facebook", source),
        "Type": np.char.capitalize(t.topic),
        "Agent": t.agent,
        "Group": t.team,
        "Created time": text_of(t.created, SECOND),
        "Initial response time": text_of(t.first, SECOND, ~t.answered),
        "Time tracked": hms(rng.gamma(2, 420, count), rng.random(count) < 0.3),
        "Agent interactions": replies(t),
        "Customer interactions": np.maximum(replies(t) + rng.integers(-1, 2, count), 1),
        "Tags": np.where(t.box, "lumio_thuis", ""),
        "Survey results": np.where(rated, words[cut(t.mood, (7, 6, 9, 38, 40), 0)], ""),
        "Full name": c.name[t.who],
        "Contact ID": c.id[t.who],
    }
    return columns | freshdesk_state(rng, t) | freshdesk_targets(rng, t)


STATES = {
    "Resolved": "Opgelost",
    "Submitted": "Nieuw",
    "In progress": "In behandeling",
    "Waiting on customer": "Wacht op klant",
}


def intercom_state(t):
    """The conversation's state, and the ticket's own in two columns."""
    snoozed = t.waiting < 0.3
    category = np.where(snoozed, "Waiting on customer", np.where(t.answered, "In progress", "Submitted"))
    category = np.where(t.done, "Resolved", category)
    return {
        "Current conversation state": np.where(t.done, "closed", np.where(snoozed, "snoozed", "open")),
        "Current ticket custom state": [STATES[word] for word in category],
        "Current ticket state category": category,
    }


def intercom_file(rng, t, c):
    count = len(t.day)
    t.touched = last_touch(rng, t)
    rated = t.done & ~t.silent & (rng.random(count) < 0.2)
    rating = np.where(rated, cut(t.mood, (7, 6, 9, 38, 40), 1).astype(str), "")
    numbers = {agent: 700100 + i for i, agent in enumerate(a for team in TEAMS for a in AGENTS[team])}
    columns = intercom_state(t) | {
        "Conversation ID": t.id,
        "Ticket created (Europe/Amsterdam)": text_of(t.created, SECOND),
        "Channel": t.channel,
        "Created by": c.name[t.who],
        "Created via": np.where(t.channel == "Chat", "Messenger", "WhatsApp"),
        "Started by": ["User"] * count,
        "Ticket title": subjects(rng, t),
        "Ticket type": np.char.capitalize(t.topic),
        "User participant IDs": c.id[t.who],
        "User participant names": c.name[t.who],
        "Conversation updated at (Europe/Amsterdam)": text_of(ended(t), SECOND),
        "Ticket last resolved (Europe/Amsterdam)": text_of(t.solved, SECOND, ~t.done),
        "Teammate currently assigned": t.agent,
        "Teammate currently assigned ID": [numbers[a] for a in t.agent],
        "Team currently assigned": t.team,
        "Team currently assigned ID": [81 + TEAMS.index(name) for name in t.team],
        "Ticket time to resolve (seconds)": np.where(t.done, (t.solved - t.created).astype(str), ""),
        "Ticket category": ["Customer ticket"] * count,
    }
    simple = t.done & (t.replies == 1) & (t.reopens == 0) & (t.solved - t.created < 3 * HOUR)
    by_bot = simple & (t.channel == "Chat") & (t.day >= BOT) & (rng.random(count) < 0.8)
    return columns | {
        "Resolved by": np.where(by_bot, "Fin AI Agent", np.where(t.done, t.agent, "")),
        "Last teammate rating": np.where(by_bot, "", rating),
        "Fin AI Agent rating": np.where(by_bot, rating, ""),
    }
