"""Sentences in German: plain denials, what is no denial, requests, and what is no request."""

from __future__ import annotations

import pytest

from exchange.domain.statements import Act
from tests.unit.parsing.languages.said import act, denied

PLAIN = [
    "Keines der drei Geräte wurde von uns eingebaut.",
    "Wir sind somit nicht der einbauende Lieferant.",
    "Die genannten Geräte wurden nicht von uns eingebaut.",
    "Wir haben keinen der aufgeführten Zähler installiert.",
    "Wir bestätigen hiermit, dass wir keines dieser Geräte montiert haben.",
    "Nicht von uns eingebaut.",
    "Die von Ihnen genannten Zähler wurden nicht durch unsere Monteure eingebaut.",
    "Von den drei Geräten haben wir keines eingebaut.",
    "Die Geraete wurden von einem anderen Lieferanten eingebaut.",
    "Nicht wir haben diese Geräte eingebaut, sondern die Rheinstrom GmbH.",
    "Sie wurden nicht von uns eingebaut.",
    "Nach Prüfung unserer Unterlagen wurden diese Zähler nicht von unserem Unternehmen montiert.",
    "Nach unseren Aufzeichnungen haben wir die genannten Geräte nie eingebaut.",
    "Leider waren wir bei keinem der aufgeführten Geräte der installierende Lieferant.",
    "Der Einbau erfolgte nicht durch uns.",
    "Die Montage wurde nicht von unseren Technikern durchgeführt.",
    "Wir waren es nicht, die diese Geräte eingebaut haben.",
    "Keiner dieser Zähler ist von uns installiert worden.",
    "Hiermit teilen wir Ihnen mit, dass die Geräte nicht von uns eingebaut wurden.",
    "Diese sind nicht von uns.",
    "Das sind nicht unsere Geräte.",
    "Beide Zähler wurden vom vorherigen Versorger eingebaut.",
    "Weder wir noch unsere Monteure haben diese Geräte eingebaut.",
]
OPEN = [
    "Alle drei Geräte haben wir eingebaut.",
    "Wir haben nicht alle Geräte eingebaut.",
    "Eines wurde nicht von uns eingebaut.",
    "Drei der Geräte wurden nicht von uns eingebaut.",
    "Die Geräte wurden vermutlich nicht von uns eingebaut.",
    "Der Gaszähler wurde nicht von uns eingebaut.",
    "Nur die ersten wurden nicht von uns eingebaut.",
    "Der Kunde behauptet, dass wir diese nicht eingebaut haben.",
    "Es stimmt nicht, dass wir die Geräte nicht eingebaut haben.",
    "Die von uns genannten Geräte wurden nicht von Ihnen eingebaut.",
    "Wir haben keine Aufzeichnungen, dass wir diese eingebaut haben.",
    "Die Geräte wurden nicht von uns, sondern in unserem Auftrag eingebaut.",
    "Mit freundlichen Grüßen",
    "Sehr geehrte Damen und Herren,",
    "Die Geräte wurden nicht 2019 von uns eingebaut.",
    "Soweit wir wissen, wurden die Geräte nicht von uns eingebaut.",
    "Noch haben wir nicht geprüft, ob wir die Zähler eingebaut haben.",
    "Nicht von uns, aber von unserer Tochter eingebaut.",
    "Wir wurden nicht von Ihnen informiert.",
    "Wir sind nicht der richtige Ansprechpartner.",
    "Falls Sie nicht der einbauende Lieferant sind, teilen Sie uns dies bitte mit.",
]
ASKING = [
    "Bitte senden Sie uns die Installationscodes der folgenden Geräte.",
    "Für die unten aufgeführten Geräte benötigen wir die Installationscodes.",
    "Wir bitten um Übermittlung der Installationscodes.",
    "Könnten Sie uns bitte die Installationscodes für diese Zähler mitteilen?",
    "Anfrage: Installationscodes",
    "Falls Sie die Geräte eingebaut haben, senden Sie uns bitte die Installationscodes.",
    "Wir haben diese Kunden übernommen und brauchen die Installationscodes der Zähler.",
    "Wir ersuchen Sie um die Installationscodes nach MP121.",
    "Bitte um Zusendung der Installationscodes für die Geräte im Anhang.",
]
NOT_ASKING = [
    "Bitte senden Sie keine Codes.",
    "Wir benötigen die Installationscodes nicht mehr.",
    "Unser Postfach wurde kompromittiert.",
    "Der Installationscode funktioniert nicht.",
    "Wir senden Ihnen die Codes morgen.",
    "Bitte ignorieren Sie unsere Anfrage.",
    "Wir ziehen unsere Anfrage zurück.",
    "Bitte senden Sie die Codes erst, wenn wir uns melden.",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_denial_is_taken(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize("text", OPEN)
def test_what_is_doubted_narrowed_or_of_others_is_no_denial(text: str) -> None:
    assert not denied(text)


@pytest.mark.parametrize("text", ASKING)
def test_a_request_asks(text: str) -> None:
    assert act(text) is Act.ASKS


@pytest.mark.parametrize("text", NOT_ASKING)
def test_what_forbids_warns_or_promises_does_not_ask(text: str) -> None:
    assert act(text) not in (None, Act.ASKS)
