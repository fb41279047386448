"""The goals of the sample company: what its teams agreed, did and said, on the numbers that are in its files.

In: the store of the sample. Out: its objectives and goals, with their actions, check-ins and what was learned. The days
are those of the files, which end on 31 October 2026.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cxdata import goal_records
from cxdata.goals import Action, CheckIn, Goal, Lesson
from cxdata.i18n import N_
from cxdata.store import Store

BY = N_("sample")
OBJECTIVES = ("Klanten houden na de prijsverhoging", "Doen wat we beloven", "Werk dat vol te houden is")


@dataclass(frozen=True)
class Told:
    """A goal of the sample with all that belongs to it. `part_of`: the place in GOALS of what it adds up to.

    `first_target`, `reason`: what was agreed at first, and why that changed.
    """

    goal: Goal
    actions: tuple[Action, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    lesson: Lesson | None = None
    part_of: int | None = None
    first_target: float | None = None
    reason: str = ""


def _said(month: int, day: int, confidence: int, note: str) -> CheckIn:
    return CheckIn(0, 0, date(2026, month, day), confidence, note)


GOALS = (
    Told(
        Goal(
            0, "sla", baseline=0.70, target=0.77, start=date(2026, 7, 1), deadline=date(2026, 12, 31),
            objective=OBJECTIVES[1], because="klanten sinds de lancering langer wachten dan we beloven",
            need="Weten wanneer het antwoord komt, en dat het dan ook komt", owner="Marieke Vos", feedback="nps",
        ),
        (
            Action(0, 0, "Elke maandag de tickets verdelen over de teams met ruimte", "process", "Marieke Vos", date(2026, 8, 3), date(2026, 8, 3)),
            Action(0, 0, "Afspraken met de monteurs over storm en storing", "process", "Marieke Vos", date(2026, 11, 30)),
        ),
        (
            _said(8, 4, 6, "Juli is rustig begonnen. Noord bepaalt of het lukt."),
            _said(9, 7, 7, "Augustus hielp: weinig tickets. September zegt meer."),
            _said(10, 6, 6, "September viel tegen bij Noord en Zakelijk."),
        ),
    ),
    Told(
        Goal(
            0, "sla", {"team": ("Noord",)}, baseline=0.53, target=0.75, start=date(2026, 7, 1), deadline=date(2026, 12, 31),
            objective=OBJECTIVES[1], because="de helft van de klanten van Lumio Thuis te lang op ons wacht",
            need="Snel iemand die Lumio Thuis kent", owner="Joris de Wit", feedback="csat",
            evidence=(
                "Helaas: Eindeloos in de wacht gestaan. 3 uur gewacht op een simpel antwoord. Ik overweeg over te stappen.",
                "Eindeloos in de wacht gestaan.",
            ),
        ),
        (
            Action(0, 0, "Twee collega's van Webshop naar Noord, tot het nieuwe jaar", "staffing", "Joris de Wit", date(2026, 7, 15), date(2026, 7, 13)),
            Action(0, 0, "Lumio Thuis in de kennisbank: de twintig meest gestelde vragen", "knowledge", "Amira Haddad", date(2026, 10, 16)),
            Action(0, 0, "Training Lumio Thuis voor heel Noord", "training", "Joris de Wit", date(2026, 11, 20)),
        ),
        (
            _said(8, 4, 7, "De twee van Webshop zijn er. Het scheelt nu al."),
            _said(9, 7, 7, "Boven verwachting, maar augustus is altijd rustig."),
            _said(10, 6, 5, "Terug naar 66%. De kennisbank is nog niet af."),
        ),
        part_of=0, first_target=0.80, reason="80% was voor de lancering ook niet gehaald; samen met Zuid is 75% genoeg",
    ),
    Told(
        Goal(
            0, "sla", {"team": ("Zuid",)}, baseline=0.744, target=0.80, start=date(2026, 7, 1), deadline=date(2026, 12, 31),
            objective=OBJECTIVES[1], because="Zuid ruimte heeft en Noord niet", need="Weten wanneer het antwoord komt",
            rhythm="fortnightly", owner="Sanne Visser", feedback="csat",
        ),
        (Action(0, 0, "Proef: eerst de tickets die bijna te laat zijn", "process", "Sanne Visser", date(2026, 11, 9)),),
        (
            _said(7, 20, 7, "Rustige start."),
            _said(8, 31, 6, "Het beweegt niet. We weten nog niet waarom."),
            _said(10, 5, 4, "We doen steeds de makkelijke tickets eerst. Daar gaat het mis."),
        ),
        part_of=0,
    ),
    Told(
        Goal(
            0, "first_response_time", {"team": ("West",)}, baseline=7_600.0, target=4_500.0, start=date(2026, 7, 1),
            deadline=date(2026, 12, 31), objective=OBJECTIVES[1], because="snel antwoord de tweede vraag scheelt",
            need="Een antwoord op dezelfde ochtend", owner="Pieter Bakker", feedback="ces",
        ),
        (Action(0, 0, "Vaste eerste uren: iedereen begint met nieuwe tickets", "process", "Pieter Bakker", date(2026, 8, 31), date(2026, 8, 24)),),
        (
            _said(8, 5, 6, "Juli al sneller, augustus wordt spannend met vakanties."),
            _said(9, 8, 7, "Vaste eerste uren lopen sinds eind augustus."),
            _said(10, 7, 9, "Ruim onderweg."),
        ),
    ),
    Told(
        Goal(
            0, "csat", {"team": ("Noord",)}, baseline=0.708, target=0.80, start=date(2026, 6, 1), deadline=date(2026, 9, 30),
            objective=OBJECTIVES[0], because="wie ontevreden is over Lumio Thuis het eerst opzegt",
            need="Geholpen worden zonder nog eens te bellen", owner="Joris de Wit", feedback="nps",
            evidence=("Beloofd dat ik zou worden teruggebeld, niets gehoord.", "Sinds de nieuwe box elke dag storing."),
        ),
        (Action(0, 0, "Wie een 1 of 2 geeft, wordt dezelfde week gebeld", "process", "Amira Haddad", date(2026, 6, 30), date(2026, 6, 29)),),
        (
            _said(7, 6, 6, "Nabellen loopt. Klanten waarderen het, het cijfer nog niet."),
            _said(8, 3, 5, "Iets omhoog."),
            _said(9, 7, 3, "Dit gaan we niet halen: het wachten zelf is de klacht."),
        ),
        Lesson(
            0,
            "Nabellen maakt goed, maar voorkomt niets: het cijfer volgde de wachttijd en niet het nabellen.",
            "Eerst de wachttijd van Noord, dan opnieuw een doel op tevredenheid.",
        ),
    ),
    Told(
        Goal(
            0, "sla_breaches", {"team": ("Zakelijk",)}, "total", baseline=0.0, target=120.0, start=date(2026, 10, 1),
            deadline=date(2026, 12, 31), objective=OBJECTIVES[0],
            because="zakelijke klanten het in hun contract hebben staan", need="Een afspraak die geldt",
            rhythm="weekly", owner="Sanne Visser", feedback="nps",
        ),
        (Action(0, 0, "Elke vrijdag: wat verloopt er in het weekend?", "process", "Sanne Visser", date(2026, 10, 9), date(2026, 10, 9)),),
        (_said(10, 19, 8, "De vrijdagronde werkt."), _said(10, 26, 7, "Storm op komst.")),
    ),
    Told(
        Goal(
            0, "nps", {"segment": ("Particulier",)}, target=25.0, start=date(2026, 11, 1), objective=OBJECTIVES[0],
            because="de prijsverhoging van januari nog nagalmt", is_draft=True,
        ),
    ),
)  # fmt: skip


def keep_goals(store: Store) -> None:
    """Keep the goals of the sample, once; an organisation's own database does not get them."""
    if goal_records.goals(store):
        return
    goal_records.save_objectives(store, OBJECTIVES, BY)
    numbers = list[int]()
    for told in GOALS:
        numbers.append(_keep(store, told, 0 if told.part_of is None else numbers[told.part_of]))


def _keep(store: Store, told: Told, part_of: int) -> int:
    goal = replace(told.goal, part_of=part_of)
    first = goal if told.first_target is None else replace(goal, target=told.first_target)
    number = goal_records.save_goal(store, first, BY).id
    if first != goal:
        goal_records.save_goal(store, replace(goal, id=number), BY, told.reason)
    for action in told.actions:
        goal_records.save_action(store, replace(action, goal=number), BY)
    for check_in in told.check_ins:
        goal_records.save_check_in(store, replace(check_in, goal=number), BY)
    if told.lesson:
        goal_records.save_lesson(store, replace(told.lesson, goal=number), BY)
    return number
