"""The words by which survey questions are recognised, in the languages of FORMATS; used by every survey source."""

from __future__ import annotations

from cxdata.sources.base import Column

# A question column is a score only if its header is not a group, a point count or an option of another question.
_NOT_A_SCORE = r"^(?!.*(?:nps[_ ]?group|_group\b|- group$|points - |feedback - |option id|open-ended|why|waarom|warum|pourquoi|por qu[eé]|toelicht|explain))"

QUESTIONS: dict[str, Column] = {
    "nps": Column(
        ("nps", "nps score", "net promoter score", "likelihood to recommend", "nps-score", "aanbevelingsscore"),
        _NOT_A_SCORE + r".*(?:recommend|aanbeve+l|aanraden|aanraadt|empfehl|recommand|recomend|\bnps\b|net promoter)",
    ),
    "quality_accuracy": Column(
        (
            "quality_accuracy", "accuracy", "accuracy of information", "juistheid", "juistheid van informatie", "richtigkeit",
            "richtigkeit der information", "exactitude", "exactitude des informations", "exactitud", "exactitud de la información",
            "exatidão", "exatidão da informação", "precisão",
        ),
        _NOT_A_SCORE + r".*(?:accura|informatie (?:was |is )?(?:juist|correct)|juistheid|informatie.*klopt)",
    ),
    "quality_professionalism": Column(
        (
            "quality_professionalism", "professionalism", "professionaliteit", "deskundigheid", "professionalität",
            "professionnalisme", "profesionalidad", "profissionalismo",
        ),
        _NOT_A_SCORE + r".*(?:profess?ional|professione|profissional)",
    ),
    "quality_overall": Column(
        (
            "quality_overall", "overall experience", "overall quality", "algehele ervaring", "totale ervaring", "gesamteindruck",
            "gesamterlebnis", "expérience globale", "impression générale", "experiencia general", "experiencia global",
            "impresión general", "experiência geral", "impressão geral",
        ),
        _NOT_A_SCORE + r".*(?:overall (?:experience|quality|impression)|algehele|algemene indruk|totaalindruk)",
    ),
    "ces": Column(
        ("ces", "ces score", "customer effort score", "effort score", "effort", "ces-score", "klantinspanning"),
        _NOT_A_SCORE + r".*(?:\beasy\b|\bease\b|effort|makkelijk|gemak|moeite|inspanning|einfach|aufwand|facile|fácil|sencill|esfuerzo|esforço)",
    ),
    "csat": Column(
        (
            "csat", "csat score", "csat-score", "satisfaction score", "satisfaction rating", "customer satisfaction",
            "customer satisfaction rating", "satisfaction", "klanttevredenheid", "tevredenheid", "tevredenheidsscore",
            "zufriedenheit", "kundenzufriedenheit", "bewertung", "satisfacción", "satisfacción del cliente",
            "satisfaction client", "satisfação", "satisfação do cliente", "conversation rating", "rating", "beoordeling",
        ),
        _NOT_A_SCORE + r".*(?:satisf|tevreden|zufrieden|satisfech)",
    ),
    "comment": Column(
        (
            "comment", "comments", "opmerking", "opmerkingen", "toelichting", "feedback", "feedback comment", "reactie",
            "remarks", "customer remarks", "verbatim", "kommentar", "anmerkung", "commentaire", "commentaires",
            "comentario", "comentarios", "comentário", "comentários",
        ),
        r"comment|kommentar|comentario|comentário|opmerking|toelichting|\bwhy\b|waarom|warum|pourquoi|por qu[eé]|feedback|suggest|anything else|main reason",
    ),
}  # fmt: skip
