"""Requests and answers in other languages than English, each between a greeting and a name."""

from __future__ import annotations

from tests.corpus.answers_cases import response
from tests.corpus.making import CODE, CODE_CRC, Case, D, mail

_DENIED = "not_installer"
# A greeting and a sentence that asks; below the list, what to do if we did not install them.
_ASKS = {
    "german": ("Sehr geehrte Damen und Herren,",
               "wir haben die folgenden Haushalte gewonnen. Bitte \u00fcbersenden Sie uns die"
               " Installationscodes der Z\u00e4hler:",
               "Falls Sie nicht der installierende Lieferant waren, teilen Sie uns das bitte mit."),
    "german-plain": ("Hallo,", "fuer diese Geraete brauchen wir noch die Installationscodes.", ""),
    "french-polite": ("Madame, Monsieur,",
                      "Vous serait-il possible de nous communiquer les codes d'installation de ces"
                      " deux compteurs ?",
                      "Si vous ne les avez pas install\u00e9s, merci de nous le faire savoir."),
    "spanish": ("Estimados se\u00f1ores:",
                "les rogamos que nos faciliten los c\u00f3digos de instalaci\u00f3n de los"
                " siguientes contadores.", ""),
    "dutch": ("Geachte heer, mevrouw,",
              "Gelieve ons de installatiecodes van de volgende toestellen te bezorgen.",
              "Indien u ze niet hebt geplaatst, laat het ons dan weten."),
    "italian": ("Gentili colleghi,",
                "chiediamo cortesemente di inviarci i codici di installazione dei misuratori"
                " sottoelencati.", ""),
    "polish-please": ("Szanowni Pa\u0144stwo,",
                      "prosimy o podanie kod\u00f3w instalacyjnych do tych licznik\u00f3w.", ""),
    "welsh-codes": ("Annwyl gyfeillion,",
                    "Hoffem gael y codau gosod ar gyfer y ddau fesurydd isod, os gwelwch yn dda.",
                    ""),
}  # fmt: skip
_DOES_NOT = {
    "german-withdrawn": ("Wir ziehen unsere Anfrage zu diesen Ger\u00e4ten zur\u00fcck.",
                         "takes_back"),
    "french-no-longer": ("Nous n'avons plus besoin des codes d'installation pour :", "takes_back"),
    "spanish-do-not": ("Por favor, no nos env\u00eden los c\u00f3digos de estos contadores.",
                       "takes_back"),
    "german-hacked": ("Warnung: unser Postfach wurde gehackt, bitte keine Codes senden.", "warns"),
    "italian-fails": ("I codici di questi contatori non funzionano.", "reports"),
    "dutch-removal": ("Kunt u deze meters laten weghalen?", "asks_else"),
    "german-later": ("Bitte die Codes erst senden, wenn wir uns wieder gemeldet haben.",
                     "not_understood"),
}  # fmt: skip


def _asking(greeting: str, words: str, below: str) -> bytes:
    return mail(f"{greeting}\n\n{words}\n\n{D[0]}\n{D[1]}\n\n{below}\n\nAda Lind\n", subject="Op B")


def cases() -> list[Case]:
    """All of this module."""
    listed = [(D[0], "body line 5"), (D[1], "body line 6")]
    asks = [
        Case(f"in-{name}-asks", _asking(*said), "request", devices=listed)
        for name, said in _ASKS.items()
    ]
    does_not = [
        Case(f"in-{name}", _asking("", words, ""), "unknown", subkind, devices=listed)
        for name, (words, subkind) in _DOES_NOT.items()
    ]
    row = response(
        "in-german-next-to-its-device",
        mail(
            f"Guten Tag,\n\n{D[0]}  {CODE_CRC}\n{D[1]}  nicht von uns eingebaut\n\nAda Lind\n",
            subject="Re: MP121-OPA-2611-Q00001",
        ),
        (D[0], "provided", CODE, "body line 3"),
        (D[1], _DENIED, None, "body line 4"),
    )
    return [*asks, *does_not, row]
