"""Free-text comments: sentences by theme and tone, put together so that they seldom repeat."""

import numpy as np

SENTENCES = {
    ("algemeen", "pos"): (
        "Prima geholpen door {agent}",
        "Snel antwoord en meteen opgelost",
        "Vriendelijke medewerker die de tijd nam",
        "Heldere uitleg over mijn {zaak}",
        "Na {n} minuten was alles geregeld",
        "Internet doet het al {n} maanden zonder haperen",
        "De monteur kwam keurig op tijd",
        "Goede service, zo hoort het",
        "De app is overzichtelijk geworden",
        "Al {n} jaar klant en nog steeds tevreden",
        "Zelfs op maandagochtend kreeg ik snel iemand te spreken",
        "Mijn {zaak} werd in één keer goed afgehandeld",
        "Fijn dat {agent} later nog terugbelde om het na te vragen",
        "Duidelijke mail, ik wist precies wat ik moest doen",
        "Energie en internet op één rekening is erg handig",
        "Overstappen ging zonder gedoe",
        "Ik raad Lumio aan bij familie en buren",
        "{agent} dacht echt met ons mee",
    ),
    ("algemeen", "neu"): (
        "Het ging wel, maar het kan sneller",
        "Antwoord was goed, alleen wat algemeen",
        "Uiteindelijk opgelost",
        "Niet beter of slechter dan andere aanbieders",
        "Ik moest twee keer hetzelfde uitleggen",
        "Wifi boven blijft wat zwak, verder prima",
        "De website is soms zoeken",
        "Product goed, contact wisselend",
        "Vriendelijk, maar ik weet nog niet of mijn {zaak} nu klopt",
        "Graag een vast aanspreekpunt",
        "Prima product, matige bereikbaarheid",
        "Doet wat het moet doen, meer niet",
        "Voor de {zaak} moest ik zelf nog iets uitzoeken",
        "Soms snel, soms duurt het {n} dagen",
        "App werkt goed, website minder",
        "Uitleg over mijn {zaak} mocht korter",
        "Kon mijn {zaak} niet terugvinden in de app",
        "Na {n} keer doorverbinden toch geholpen",
        "{agent} deed zijn best, het systeem werkte niet mee",
        "Na {n} jaar nog geen reden om te wisselen",
    ),
    ("algemeen", "neg"): (
        "Mijn {zaak} is nog steeds niet opgelost",
        "Ik word van het kastje naar de muur gestuurd",
        "Drie medewerkers, drie verschillende antwoorden",
        "Standaardantwoord gekregen dat niets met mijn {zaak} te maken had",
        "Beloofd dat ik zou worden teruggebeld, niets gehoord",
        "De storing kwam na {n} dagen gewoon terug",
        "Ticket gesloten terwijl het probleem er nog is",
        "Verkeerde informatie gekregen over mijn {zaak}",
        "De monteur kwam niet opdagen",
        "Ik moest zelf steeds weer bellen",
        "Wifi valt elke avond weg",
        "Zo behandel je geen klanten van {n} jaar",
    ),
    ("wachten", "neg"): (
        "Pas na {n} dagen een reactie",
        "Wachttijd is echt te lang",
        "{n} uur gewacht op een simpel antwoord",
        "Eindeloos in de wacht gestaan",
        "Inmiddels {n} keer gemaild over mijn {zaak}",
        "Wie reageert er eigenlijk nog op mails?",
        "Drie werkdagen beloofd, het werden er {n}",
    ),
    ("whatsapp", "neg"): (
        "Op WhatsApp krijg je gewoon geen antwoord",
        "{n} dagen op een appje gewacht",
        "Blauwe vinkjes, maar geen reactie",
        "Waarom bied je WhatsApp aan als niemand het leest?",
        "Via WhatsApp genegeerd, daarna toch maar gebeld",
        "Mijn app van vorige week staat nog steeds open",
    ),
    ("prijs", "neg"): (
        "De prijsverhoging van januari is belachelijk",
        "Veel te duur geworden",
        "Elke maand {n} euro meer voor hetzelfde",
        "Trouwe klanten betalen meer dan nieuwe klanten",
        "Prijs omhoog, service niet",
        "Bij de buren is het {n} euro goedkoper",
        "Ik vergelijk nu aanbieders vanwege de prijs",
        "De brief over het nieuwe tarief kwam veel te laat",
        "Tarief verhoogd zonder goede uitleg",
        "Voor deze prijs verwacht ik meer",
    ),
    ("prijs", "neu"): (
        "Goede dienst, maar de prijs is te hoog geworden",
        "Prijs en kwaliteit zijn niet meer in balans",
        "Tevreden, al vind ik de verhoging fors",
    ),
    ("lancering", "neg"): (
        "De Lumio Thuis box werkt sinds de installatie niet",
        "Lumio Thuis is veel te vroeg op de markt gebracht",
        "Sinds de nieuwe box elke dag storing",
        "Box ontvangen, handleiding klopt niet en niemand reageert",
        "Met de oude modem had ik nooit problemen",
        "Lumio Thuis koppelt niet met mijn thermostaat",
    ),
    ("english", "pos"): (
        "Quick and friendly help, thank you",
        "Very happy with the engineer",
        "Great service in English too",
        "{agent} was patient and clear",
        "Fixed within {n} minutes",
        "Simple, fair and no surprises",
        "Thanks {agent}, internet is back",
        "Happy customer for {n} years",
    ),
    ("english", "neg"): (
        "Nobody could help me in English",
        "Still waiting for a reply",
        "Too expensive after the price increase",
        "Waited {n} days for an answer",
        "I had to explain it {n} times",
        "The app is only in Dutch",
        "Nobody called me back",
    ),
}
OPENINGS = {
    "pos": ("", "", "", "Top: ", "Complimenten. ", "Heel tevreden. ", "👍 "),
    "neu": ("", "", "", "Tja. ", "Redelijk. "),
    "neg": ("", "", "", "Helaas: ", "Slecht. ", "Teleurstellend. ", "Ik ben er klaar mee. ", "Jammer. "),
}
CLOSINGS = {
    "pos": (".", ".", "!", ". Dank jullie wel!", ". Ga zo door.", ", bedankt"),
    "neu": (".", ".", ", dat kan beter.", "."),
    "neg": (
        ".",
        ".",
        "!",
        "!!",
        ". Ik overweeg over te stappen.",
        ". Graag een reactie.",
        ", heel vervelend.",
    ),
}
PROOFS = {
    "pos": (
        "'s Avonds nog geholpen, top!",
        '"Komt goed" zei {agent}, en het kwam goed.',
        "Snel geholpen 😀\nVolgende keer weer.",
        "=5 sterren waard",
        "Eén woord: <i>super</i>",
        "+1 voor {agent}; zo'n service zie je zelden",
    ),
    "neu": (
        "- prijs\n- wachttijd\nverder prima",
        "Het kan & moet sneller; zie https://example.com/klacht?id=1&x=2",
        "'t gaat wel",
        "=1+1 is 2, mijn factuur blijft een raadsel",
    ),
    "neg": (
        "Ik ben <b>boos</b>",
        "-10 als het kon",
        "=1+1 kan iedereen, jullie factuur optellen niet",
        "<script>alert('wakker worden')</script>",
        '"Binnen 24 uur" was de belofte.\nHet werd een week 😡',
        "@lumio reageer eens",
        "Foto's gestuurd, auto's vol post gekregen, nog steeds geen modem",
    ),
}
CASES = (
    "factuur",
    "storing",
    "bestelling",
    "verhuizing",
    "termijnbedrag",
    "meterstand",
    "glasvezel",
    "overstap",
    "modem",
)
AGENT_NAMES = (
    "Zoë",
    "Jelle",
    "Daniël",
    "Loes",
    "Youssef",
    "Chloé",
    "Bram",
    "Thijs",
    "Mariëlle",
    "Lotte",
    "René",
    "Özlem",
)


def comment(rng, tone, themes):
    """One comment in the tone `pos`, `neu` or `neg`; `themes` maps a theme to its chance, else general."""
    if rng.random() < 0.012:
        text = str(rng.choice(PROOFS[tone]))
        return text.replace("{agent}", str(rng.choice(AGENT_NAMES)))
    names = [theme for theme in themes if (theme, tone) in SENTENCES]
    point, theme = rng.random(), "algemeen"
    for name, edge in zip(names, np.cumsum([themes[name] for name in names]), strict=True):
        if point < edge:
            theme = name
            break
    pool = SENTENCES[theme, tone]
    parts = [str(s) for s in rng.choice(pool, 2 if rng.random() < 0.4 else 1, replace=False)]
    if theme == "english":
        text = parts[0] + "."
    else:
        text = rng.choice(OPENINGS[tone]) + ". ".join(parts) + rng.choice(CLOSINGS[tone])
    return str(
        text.replace("?.", "?")
        .replace("?,", "? Echt,")
        .format(agent=rng.choice(AGENT_NAMES), zaak=rng.choice(CASES), n=rng.integers(2, 13))
    )


def comments(rng, tones, themes, share):
    """A comment or "" for each answer; `share` is the chance of one by tone, `themes` one dict an answer."""
    return [
        comment(rng, tone, theme) if rng.random() < share[tone] else ""
        for tone, theme in zip(tones, themes, strict=True)
    ]
