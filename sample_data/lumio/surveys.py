"""The answers as exports of Qualtrics, Google Forms and Delighted: columns of text by header."""

from datetime import datetime
from types import SimpleNamespace

import numpy as np

from lumio.comments import comments
from lumio.world import (
    CALENDAR,
    DAYS,
    END,
    HOUR,
    SEGMENTS,
    ZONE,
    cut,
    day_of,
    draw,
    instant,
    price_anger,
    slip,
    text_of,
    trained,
)

SECOND = "%Y-%m-%d %H:%M:%S"
NPS_SHARES = (2.5, 1, 2, 3, 3.5, 6, 7, 15, 21, 21, 18)
SHARE = {"pos": 0.36, "neu": 0.28, "neg": 0.62}
QUALTRICS = (
    ("StartDate", "Start Date", '{"ImportId":"startDate","timeZone":"Europe/Amsterdam"}'),
    ("EndDate", "End Date", '{"ImportId":"endDate","timeZone":"Europe/Amsterdam"}'),
    ("Status", "Response Type", '{"ImportId":"status"}'),
    ("IPAddress", "IP Address", '{"ImportId":"ipAddress"}'),
    ("Progress", "Progress", '{"ImportId":"progress"}'),
    ("Duration (in seconds)", "Duration (in seconds)", '{"ImportId":"duration"}'),
    ("Finished", "Finished", '{"ImportId":"finished"}'),
    ("RecordedDate", "Recorded Date", '{"ImportId":"recordedDate","timeZone":"Europe/Amsterdam"}'),
    ("ResponseId", "Response ID", '{"ImportId":"_recordId"}'),
    ("RecipientLastName", "Recipient Last Name", '{"ImportId":"recipientLastName"}'),
    ("RecipientFirstName", "Recipient First Name", '{"ImportId":"recipientFirstName"}'),
    ("RecipientEmail", "Recipient Email", '{"ImportId":"recipientEmail"}'),
    ("ExternalReference", "External Data Reference", '{"ImportId":"externalDataReference"}'),
    ("LocationLatitude", "Location Latitude", '{"ImportId":"locationLatitude"}'),
    ("LocationLongitude", "Location Longitude", '{"ImportId":"locationLongitude"}'),
    ("DistributionChannel", "Distribution Channel", '{"ImportId":"distributionChannel"}'),
    ("UserLanguage", "User Language", '{"ImportId":"userLanguage"}'),
    ("Q1", "How likely are you to recommend Lumio to a friend or colleague?", '{"ImportId":"QID1"}'),
    (
        "Q1_NPS_GROUP",
        "How likely are you to recommend Lumio to a friend or colleague? - Group",
        '{"ImportId":"QID1_NPS_GROUP"}',
    ),
    ("Q2", "Wat is de belangrijkste reden\nvoor uw score?", '{"ImportId":"QID2_TEXT"}'),
    ("team", "team", '{"ImportId":"team"}'),
    ("touchpoint", "touchpoint", '{"ImportId":"touchpoint"}'),
)
MOMENTS = ("oriëntatie", "advies", "levering", "factuur", "storing", "aanbeveling", "jaarmeting")
FORMS = (
    "Tijdstempel",
    "Ticketnummer",
    "Hoe tevreden bent u over ons contact? (1 = zeer ontevreden, 5 = zeer tevreden)",
    "Hoe makkelijk was het om uw vraag opgelost te krijgen? (1 = heel moeilijk, 7 = heel makkelijk)",
    "De informatie was juist (1-5)",
    "De medewerker was professioneel (1-5)",
    "Algehele ervaring (1-5)",
    "Opmerkingen",
    "Kanaal",
    "Team",
)


def nps_answers(rng, c, count, business):
    """Who answered when, with which score and comment: a sample of the active customers of each day."""
    weight = np.array([0.35 if d.weekday() > 4 else 0.7 if d.month == 8 else 1 for d in CALENDAR])
    day = np.sort(rng.choice(DAYS, count, p=weight / weight.sum()))
    who = np.empty(count, int)
    for d in np.unique(day):
        pool = np.flatnonzero((c.start <= d - 20) & (c.cancel > d) & ((c.team == "Zakelijk") == business))
        who[day == d] = rng.choice(pool, (day == d).sum())
    team = c.team[who]
    at = np.array(
        [instant(CALENDAR[d], *p) for d, p in zip(day, clock_times(rng, count), strict=True)]
    ).astype(int)
    private = np.where(c.segment[who] == SEGMENTS[0], 1, 0.45)
    mood = (
        0.06
        + 0.5 * c.mood[who]
        - 0.5 * price_anger(day) * private
        - 0.25 * (c.cancel[who] < np.minimum(day + 100, DAYS))
    )
    mood += -0.2 * slip(day) * (team == "Noord") + 0.12 * trained(day) * (team == "Zuid")
    score = cut(mood + 0.86 * rng.standard_normal(count), NPS_SHARES, 0)
    tones = np.where(score >= 9, "pos", np.where(score >= 7, "neu", "neg"))
    themes = [
        {
            "prijs": 0.12 + 0.6 * price_anger(d),
            "english": 0.06,
            "wachten": 0.12,
            "whatsapp": 0.05 * (d > 260),
            "lancering": 0.45 * slip(d) * (t == "Noord"),
        }
        for d, t in zip(day, team, strict=True)
    ]
    return who, at, score, comments(rng, tones, themes, SHARE)


def clock_times(rng, count):
    hours = draw(rng, range(7, 23), np.tile([2, 4, 7, 8, 7, 6, 5, 6, 6, 5, 5, 4, 7, 8, 6, 3], (count, 1)))
    return np.stack([hours, rng.integers(0, 60, count), rng.integers(0, 60, count)], axis=1)


def tokens(rng, count, length):
    letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789"))
    return ["".join(row) for row in letters[rng.integers(0, len(letters), (count, length))]]


def qualtrics_file(rng, c, count=3200):
    """About 5 % unfinished, a good 1 % previews; the three header records are written by `generate`."""
    who, at, score, comment = nps_answers(rng, c, count, business=False)
    preview = rng.random(count) < 0.013
    unfinished = (rng.random(count) < 0.055) & ~preview
    unscored = unfinished & (rng.random(count) < 0.5)
    took = np.minimum(15 + rng.gamma(1.6, 55, count), 3000).astype(int)
    group = np.where(score >= 9, "Promoter", np.where(score >= 7, "Passive", "Detractor"))
    columns = {
        "StartDate": text_of(at - took, SECOND),
        "EndDate": text_of(at, SECOND),
        "Status": np.where(preview, "Survey Preview", "IP Address"),
        "Progress": np.where(unfinished, np.where(unscored, 33, 67), 100),
        "Duration (in seconds)": took,
        "Finished": np.where(unfinished, "False", "True"),
        "RecordedDate": text_of(np.minimum(at + 1, END), SECOND),
        "ResponseId": [f"R_{token}" for token in tokens(rng, count, 15)],
        "ExternalReference": np.where(preview, "", c.id[who]),
        "DistributionChannel": np.where(preview, "preview", "email"),
        "UserLanguage": np.where(rng.random(count) < 0.94, "NL", "EN"),
        "Q1": np.where(unscored, "", score.astype(str)),
        "Q1_NPS_GROUP": np.where(unscored, "", group),
        "Q2": np.where(unfinished, "", comment),
        "team": c.team[who],
    }
    sent_after = np.tile([5, 11, 17, 16, 22, 4, 25], (count, 1)).astype(float)  # what the survey followed
    sent_after[score <= 6, 4] *= 2
    sent_after[score >= 9, 1:6:4] *= 1.6
    return columns | {"touchpoint": draw(rng, MOMENTS, sent_after)}


def delighted_file(rng, c, count=800):
    who, at, score, comment = nps_answers(rng, c, count, business=True)
    return {
        "Response ID": 81000000 + np.cumsum(rng.integers(3, 900, count)),
        "Survey type": ["nps"] * count,
        "Score": score,
        "Comment": comment,
        "Person name": c.name[who],
        "Person email": c.email[who],
        "Response date": text_of(at, SECOND),
        "Delighted Source": draw(rng, ("Email", "Link"), np.tile([85, 15], (count, 1))),
        "team": c.team[who],
        "segment": c.segment[who],
    }


CHANNEL_NAMES = {"Email": "E-mail", "Phone": "Telefoon", "Social": "Social media"}


def forms_scores(rng, mood, trained_in):
    """Satisfaction 1-5, ease 1-7 and the three quality questions 1-5, of which some are skipped."""
    noise = rng.standard_normal((4, len(mood)))
    satisfied = cut(mood, (7, 6, 9, 38, 40), 1)
    ease = np.clip(np.round(5.2 + 1.15 * mood + 0.3 * trained_in + 0.65 * noise[0]), 1, 7).astype(int)
    quality = (
        cut(mood * 0.7 + noise[1] * 0.71, (4, 7, 15, 42, 32), 1),  # accuracy
        cut(mood * 0.5 + noise[2] * 0.87, (2, 4, 11, 40, 43), 1),  # professionalism
        cut(mood * 0.9 + noise[3] * 0.44, (6, 7, 14, 42, 31), 1),  # overall
    )
    skipped = rng.random((3, len(mood))) < 0.04
    return satisfied, ease, *(np.where(s, "", q.astype(str)) for s, q in zip(skipped, quality, strict=True))


def forms_comments(rng, t, at, satisfied):
    tones = np.where(satisfied >= 5, "pos", np.where(satisfied >= 3, "neu", "neg"))
    themes = [
        {
            "whatsapp": 0.8 * (channel == "WhatsApp"),
            "wachten": 0.35 if wait > 6 * HOUR else 0.05,
            "english": 0.05,
            "lancering": 0.8 * box,
            "prijs": 0.35 * price_anger(day),
        }
        for channel, wait, box, day in zip(t.channel, t.wait, t.box, day_of(at), strict=True)
    ]
    return comments(rng, tones, themes, SHARE)


def forms_file(rng, t, count=4500):
    """Answers after a resolved Zendesk ticket, one to 72 hours later; 8 % leave the ticket number blank."""
    answered = t.solved + (HOUR * np.minimum(rng.gamma(1.2, 12, len(t.day)) + 1, 72)).astype(int)
    answered = np.where(day_of(answered) % 1 < 0.3, answered + 9 * HOUR, answered)  # nobody answers at night
    rows = rng.choice(np.flatnonzero(t.done & (answered <= END)), count, replace=False)
    rows = rows[np.argsort(answered[rows], kind="stable")]
    t, at = SimpleNamespace(**{name: values[rows] for name, values in vars(t).items()}), answered[rows]
    satisfied, *others = forms_scores(rng, t.mood, trained(day_of(at)) * (t.team == "Zuid"))
    stamps = [datetime.fromtimestamp(int(i), ZONE) for i in at]
    values = [
        [f"{d.day}-{d.month}-{d.year} {d.hour}:{d:%M:%S}" for d in stamps],
        np.where(rng.random(count) < 0.08, "", t.id.astype(str)),
        satisfied,
        *others,
        forms_comments(rng, t, at, satisfied),
        [CHANNEL_NAMES.get(channel, channel) for channel in t.channel],
        t.team,
    ]
    return dict(zip(FORMS, values, strict=True))
