"""What two colleagues judged of tickets that were drawn every month: `beoordelingen.csv`, as columns of text."""

from datetime import date
from types import SimpleNamespace

import numpy as np

from lumio.world import DAY, END, FIRST, HOUR, day_of, listed, slip, text_of, trained

REVIEWERS = ("Petra de Graaf", "Sanne Wolters")
ROUNDS = [(2025, month) for month in range(6, 13)] + [(2026, month) for month in range(1, 11)]
TEAMS = ("Noord", "Zuid", "West", "Zakelijk")
EACH, MORE_OF_ZUID = 3, 5  # tickets of a team a month; more of Zuid until the end of 2025, because of its training
LIMITS = ((-1.9, -1.1, -0.4, 0.55), (-2.1, -1.3, -0.45, 0.7), (-1.9, -1.1, -0.35, 0.6))  # between the scores 1 to 5
STRICT = (0.0, 0.12)  # how much stricter each reviewer is
WORDS = {
    "accuracy": listed(
        "Verkeerde opzegtermijn genoemd,Bedrag klopt niet met de factuur,Antwoord op een andere vraag dan gesteld,"
        "Oude tarieven gebruikt"
    ),
    "launch": listed(
        "Uitleg over Lumio Thuis klopt niet,Kent de storingscodes van Lumio Thuis nog niet,"
        "Klant naar de webshop gestuurd voor Lumio Thuis"
    ),
    "professionalism": listed("Kortaf,Geen excuses voor het wachten,Standaardtekst zonder aanhef"),
    "good": listed("Helder en volledig,Warm en to the point,Meteen opgelost en goed uitgelegd,Mooi voorbeeld voor anderen"),
}


def drawn(rng, t):
    """The rows of the tickets that are reviewed: solved in the month, of each team so many."""
    day = np.floor(day_of(t.solved)).astype(int)
    rows = []
    for year, month in ROUNDS:
        first = (date(year, month, 1) - FIRST).days
        for team in TEAMS:
            count = EACH + (MORE_OF_ZUID if team == "Zuid" and year == 2025 else 0)
            there = t.done & (t.team == team) & (day >= first) & (day < first + 24) & ~t.silent
            rows += rng.choice(np.flatnonzero(there), count, replace=False).tolist()
    return np.array(rows)


def judged(rng, t):
    """What each ticket is worth on the three questions, before anybody judges it: about standard normal."""
    learned = trained(day_of(t.solved)) * (t.team == "Zuid")
    unknown = slip(day_of(t.solved)) * (t.team == "Noord")
    weak = (t.team == "Zuid") * (1 - learned)
    noise = rng.standard_normal((3, len(t.id)))
    accuracy = 0.25 + 0.3 * t.mood - 1.2 * weak - 1.7 * unknown + 0.75 * noise[0]
    professionalism = 0.15 + 0.25 * t.mood - 0.2 * weak + 0.8 * noise[1]
    overall = 0.55 * accuracy + 0.3 * professionalism + 0.3 * t.mood - 0.2 * weak + 0.35 * noise[2]
    return accuracy, professionalism, overall, unknown


def remark(rng, scores, unknown):
    accuracy, professionalism, overall = scores
    if accuracy <= 2:
        kind = "launch" if unknown > 0.4 else "accuracy"
    elif professionalism <= 2:
        kind = "professionalism"
    elif overall == 5:
        kind = "good"
    else:
        return ""
    return str(rng.choice(WORDS[kind])) if rng.random() < 0.6 else ""


def reviews_file(rng, t):
    """About two tickets in five are reviewed by both; one number is mistyped, and some leave a question open."""
    rows = drawn(rng, t)
    t = SimpleNamespace(**{name: values[rows] for name, values in vars(t).items()})
    *worth, unknown = judged(rng, t)
    both, who = rng.random(len(rows)) < 0.4, rng.integers(0, 2, len(rows))
    found = []
    for row, number in enumerate(t.id):
        for reviewer in (0, 1) if both[row] else (who[row],):
            seen = [own[row] - STRICT[reviewer] + 0.33 * error for own, error in zip(worth, rng.standard_normal(3), strict=True)]
            scores = [int(np.searchsorted(limits, value)) + 1 for limits, value in zip(LIMITS, seen, strict=True)]
            at = (t.solved[row] // DAY + rng.integers(2, 8)) * DAY + rng.integers(8, 15) * HOUR + rng.integers(0, 3600)
            found.append((min(at, END - HOUR), str(number), REVIEWERS[reviewer], scores, remark(rng, scores, unknown[row])))
    found.sort()
    open_ = rng.random((3, len(found))) < 0.01
    numbers = [number for _, number, *_ in found]
    numbers[len(found) // 2] = numbers[len(found) // 2].replace("2", "9", 1)
    return {
        "Ticketnummer": numbers,
        "Beoordeeld op": text_of([at for at, *_ in found], "%d-%m-%Y %H:%M"),
        "Beoordelaar": [reviewer for *_, reviewer, _, _ in found],
        "Juistheid (1-5)": _scores(found, open_, 0),
        "Professionaliteit (1-5)": _scores(found, open_, 1),
        "Algehele ervaring (1-5)": _scores(found, open_, 2),
        "Toelichting": [comment for *_, comment in found],
    }


def _scores(found, open_, place):
    return ["" if blank else str(scores[place]) for blank, (*_, scores, _) in zip(open_[place], found, strict=True)]
