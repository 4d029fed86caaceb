"""The letter about a finding that is adverse to the family, in both languages; the case keeps it."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from babel.dates import format_date

from validation.text import Language, Text

GREETING: Final = Text("Pemberitahuan hasil kunjungan, kasus {id}", "Notice of the result of a visit, case {id}")
RESULT: Final = Text(
    "Menurut hasil kunjungan, keluarga Anda belum memenuhi syarat {programme}. Ini belum keputusan, dan tidak ada yang "
    "berubah karena surat ini.",
    "By the result of a visit, your family does not meet the conditions of {programme}. This is not a decision, and "
    "nothing changes because of this letter.",
)
REASONS: Final = Text("Alasan: {reason}", "Reasons: {reason}")
SEEN: Final = Text("Catatan yang dilihat petugas: {records}", "Records that the officer looked at: {records}")
CORRECT: Final = Text(
    "Bila data itu salah, yang dapat Anda perbaiki:", "Where such a record is wrong, you can correct:"
)
ANSWER: Final = Text(
    "Anda dapat menjawab sampai {day}, lewat pendamping, kantor desa atau kelurahan, atau portal. Sebutkan nomor "
    "kasus. Jawaban Anda dibaca sebelum usulan apa pun dibuat, dan dua petugas memeriksanya.",
    "You can answer until {day}, through an agent (pendamping), the village office or the portal. Name the case. Your "
    "answer is read before anything is proposed, and two officers look at it.",
)


def notice(
    id_: str, *, programme: str, reason: str, records: Sequence[str], correct: Sequence[Text], answer_by: date
) -> Text:
    """Return the letter.

    Args:
        id_: Of the case.
        programme: That the finding is about.
        reason: What the officer gives as reasons, as written: one language in both letters.
        records: What the officer looked at.
        correct: Which records can be corrected where they are wrong.
        answer_by: Last day to answer.
    """

    def written(language: Language) -> str:
        day = format_date(answer_by, format="d MMMM y", locale=language)
        lines = [
            GREETING.to(language).format(id=id_),
            RESULT.to(language).format(programme=programme),
            REASONS.to(language).format(reason=reason),
        ]
        if records:
            lines.append(SEEN.to(language).format(records=", ".join(records)))
        if correct:
            lines.append("\n".join([CORRECT.to(language), *(f"- {text.to(language)}" for text in correct)]))
        return "\n\n".join([*lines, ANSWER.to(language).format(day=day)])

    return Text(written("id"), written("en"))
