"""Customers and their purchases: from the story to `klanten.csv` and `aankopen.csv` (as columns of text)."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np

from lumio.world import CALENDAR, DAYS, FIRST, LAUNCH, PRICE_RISE, SEGMENTS, TEAMS, draw, listed, lookup

FORENAMES = listed(
    "Anna,Bas,Carlijn,Daan,Eline,Floor,Gijs,Hanneke,Ivo,Joris,Karin,Lars,Mieke,Niels,Otto,Petra,Quinten,"
    "Roos,Sem,Tess,Uwe,Vera,Wout,Yara,Zoë,Daniël,Renée,Loïs,Joël,Chloé,Fatima,Mehmet,Priya,Kees,"
    "Saskia,Teun,Marjolein,Hugo,Noor,Stijn"
)
SURNAMES = listed(
    "de Jong,Jansen,de Vries,van den Berg,Bakker,van Dijk,Visser,Smit,Meijer,de Boer,Mulder,de Groot,Bos,"
    "Vos,Peters,Hendriks,van Leeuwen,Dekker,Brouwer,de Wit,Dijkstra,Smits,de Graaf,van der Meer,Kok,"
    "van der Linden,Jacobs,de Haan,Vermeulen,van den Heuvel,van der Veen,Schouten,Kuiper,Postma,Hoekstra,"
    "Prins,Huisman,Çelik,Yilmaz,El Idrissi,Ramdin,O'Brien,Coßmann,Beniès,Groeneveld,Koster"
)
TRADES = (
    "Bakkerij",
    "Garage",
    "Installatiebedrijf",
    "Café",
    "Kapsalon",
    "Bloemenhuis",
    "Bouwbedrijf",
    "Tandartspraktijk",
)


def make_customers(rng, before=1900, during=1100):
    """Customers sorted by start. `mood` (standard normal) colours all their answers and their loyalty."""
    old = -np.floor(1400 * rng.beta(1, 1.25, before)) - 1
    month = np.array([1.4 if d.month == 9 else 0.8 if d.month in (7, 12) else 1 for d in CALENDAR])
    start = np.sort(np.concatenate([old, rng.choice(DAYS, during, p=month / month.sum())])).astype(int)
    count = len(start)
    team = draw(rng, TEAMS, np.tile([25, 23, 26, 15, 11], (count, 1)))
    big = rng.random(count) < 0.22
    segment = np.where(team != "Zakelijk", SEGMENTS[0], np.where(big, SEGMENTS[2], SEGMENTS[1]))
    mood = rng.standard_normal(count)
    level = lookup(dict(zip(SEGMENTS, (118, 290, 1650), strict=True)), segment)
    ids = np.array([f"K{number:05d}" for number in range(1, count + 1)])
    names = [
        f"{a} {b}" for a, b in zip(rng.choice(FORENAMES, count), rng.choice(SURNAMES, count), strict=True)
    ]
    firms = [
        f"{a} {b} B.V." for a, b in zip(rng.choice(TRADES, count), rng.choice(SURNAMES, count), strict=True)
    ]
    return SimpleNamespace(
        id=ids,
        name=np.where(team == "Zakelijk", firms, names),
        team=team,
        segment=segment,
        mood=mood,
        start=start,
        cancel=cancellations(rng, start, segment, mood),
        amount=np.round(level * rng.lognormal(0, 0.42, count), 2),
        email=np.array([f"klant{key[1:]}@example.com" for key in ids]),
        channel=draw(
            rng,
            ("Website", "Telefoon", "Winkel", "Vergelijker", "Via bekende"),
            np.tile([42, 18, 9, 24, 7], (count, 1)),
        ),
        busy=rng.gamma(1.3, 1, count) * np.where(segment == SEGMENTS[2], 2, 1),
    )


def cancellations(rng, start, segment, mood):
    """Day of cancelling or `DAYS` for none, from a monthly hazard: contract end, mood, price rise."""
    cancel = np.full(len(start), DAYS)
    for month in range(-48, 24):
        low = int(month * DAYS / 24)
        high = int((month + 1) * DAYS / 24)
        day = rng.integers(low, high, len(start))
        age = (day - start) / 30.4
        hazard = 0.0107 * np.exp(-0.35 * mood) * np.where((age > 11.5) & (age < 13.5), 2, 1)
        wave = 1.9 * np.where(segment == SEGMENTS[0], 1, 0.25) * (day >= PRICE_RISE) * (day - PRICE_RISE < 90)
        leaves = (cancel == DAYS) & (age > 0.5) & (rng.random(len(start)) < hazard * (1 + wave))
        cancel[leaves] = day[leaves]
    return cancel


def day_text(days):
    return ["" if d >= DAYS else (FIRST + timedelta(int(d))).strftime("%d-%m-%Y") for d in days]


def euro(amount):
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def customers_file(customers):
    c = customers
    return {
        "Klantnummer": c.id,
        "Naam": c.name,
        "E-mail": c.email,
        "Startdatum": day_text(c.start),
        "Opzegdatum": day_text(c.cancel),
        "Team": c.team,
        "Segment": c.segment,
        "Maandbedrag": [f"{a:.2f}".replace(".", ",") for a in c.amount],
        "Kanaal": c.channel,
    }


PRODUCTS = {
    "Modem huur- en activatieset": (49.0, 16),
    "Wifi-versterker": (69.95, 22),
    "Tv-pakket jaar": (119.4, 12),
    "Slimme thermostaat": (179.0, 13),
    "Energiecheck aan huis": (95.0, 9),
    "Slimme stekkers (4)": (39.9, 16),
    "Laadpaal incl. plaatsing": (1249.0, 5),
    "Zonnepanelen set (8)": (4350.0, 2),
    "Lumio Thuis box": (149.0, 0),
}


def purchases_file(rng, c, count=7600):
    """Purchases of active customers, with a peak in November and December and the box from the launch on."""
    season = np.array([1.5 if d.month in (11, 12) else 0.8 if d.month in (7, 8) else 1.0 for d in CALENDAR])
    day = np.sort(rng.choice(DAYS, count, p=season / season.sum()))
    weight = c.busy * np.exp(0.25 * c.mood)
    who = np.empty(count, int)
    for d in np.unique(day):
        active = weight * ((c.start <= d) & (c.cancel > d)) * np.where(d - c.start < 45, 5, 1)
        who[day == d] = rng.choice(len(active), (day == d).sum(), p=active / active.sum())
    weights = np.tile([w for _, w in PRODUCTS.values()], (count, 1)).astype(float)
    weights[:, -1] = np.where(c.team[who] == "Noord", 30, 10) * (day >= LAUNCH)
    product = draw(rng, tuple(PRODUCTS), weights)
    pieces = np.where(c.segment[who] == SEGMENTS[0], 1, rng.integers(1, 6, count))
    amount = lookup({name: price for name, (price, _) in PRODUCTS.items()}, product) * pieces
    amount = np.round(amount * np.where(rng.random(count) < 0.15, 0.9, 1), 2)
    return {
        "Ordernummer": [f"B{n}" for n in range(500101, 500101 + count)],
        "Klantnummer": c.id[who],
        "Datum": day_text(day),
        "Bedrag": [euro(a) for a in amount],
        "Product": product,
    }
