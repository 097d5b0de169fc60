"""Sentences are read by their parts: who, what, negation, scope, and what leaves it open."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.statements import Act, Scope, Statement
from exchange.parsing.phrases import statement_words as parts
from exchange.parsing.statements.answers import unfinished
from exchange.parsing.statements.grammar.clauses import clauses_of
from exchange.parsing.statements.statements import read_statements
from exchange.parsing.text.lines import plain_lines

CODE = "83FE D340 7A93 9723 A5C6 39B2 6916 D505 C3B5"
DEVICE = "00-DB-12-34-56-78-90-A0"


def read(text: str, subject: str = "") -> list[Statement]:
    """What is said of answers: what is only about the matter is left out."""
    found = read_statements(plain_lines(text), lambda line: line.where, subject)
    return [one for one in found if one.act is not Act.OTHER or one.hedge]


@pytest.mark.parametrize(
    ("text", "scope", "count", "subject"),
    [
        ("Not ours.", Scope.NONE, None, ""),
        ("Not the installing Supplier.", Scope.NONE, None, ""),
        ("Not us, sorry.", Scope.NONE, None, ""),
        ("None of these were ours.", Scope.THESE, None, ""),
        ("Neither of the two is ours.", Scope.THESE, 2, ""),
        ("None of the four were fitted by us.", Scope.THESE, 4, ""),
        ("We did not install any of these 3 devices.", Scope.THESE, 3, ""),
        ("We haven't fitted a single one.", Scope.THESE, None, ""),
        ("We installed neither of them.", Scope.THESE, 2, ""),
        ("It was not us who fitted these.", Scope.THESE, None, ""),
        ("These are not meters that we installed.", Scope.THESE, None, ""),
        ("That was never one of our installs.", Scope.NONE, None, ""),
        ("This meter is not ours.", Scope.ONE, None, ""),
        ("The rest were not installed by us.", Scope.REST, None, ""),
        ("The remaining two are not ours either.", Scope.REST, 2, ""),
        ("None were fitted by Harbour Energy.", Scope.THESE, None, "Harbour Energy"),
        ("Harbour did not install these.", Scope.THESE, None, "Harbour"),
        ("These are not Harbour installs.", Scope.THESE, None, "Harbour"),
        ("All were put in by another supplier.", Scope.THESE, None, ""),
        ("No, neither was installed by Harbour.", Scope.THESE, 2, "Harbour"),
        ("Neither of these two was us.", Scope.THESE, 2, ""),
        ("The installation of these meters was not carried out by us.", Scope.THESE, None, ""),
        ("We were never involved in fitting these.", Scope.THESE, None, ""),
        ("We (Harbour Energy Ltd) did not fit them.", Scope.THESE, None,
         "Harbour Energy Ltd"),
        ("Harbour hereby gives notice that it did not install any of these.", Scope.THESE, None,
         "Harbour"),
        ("Our own metering people did not put these in.", Scope.THESE, None, ""),
        ("0 out of 4 were fitted by us.", Scope.THESE, 4, ""),
        ("A full review of our records has confirmed that none of these are ours.",
         Scope.THESE, None, ""),
        ("These were not fitted by us or on our behalf.", Scope.THESE, None, ""),
        ("Another supplier fitted both of them, we did not.", Scope.THESE, 2, ""),
        ("We have not got these because Harbour did not fit the meters.", Scope.THESE, None,
         "Harbour"),
        ("Wij hebben deze drie meters niet geplaatst.", Scope.THESE, 3, ""),
        ("No hemos instalado ninguno de estos contadores.", Scope.THESE, None, ""),
        ("No somos el proveedor instalador de estos dispositivos.", Scope.THESE, None, ""),
        ("Nie instalowali\u015bmy tych licznik\u00f3w.", Scope.THESE, None, ""),
        ("Nessuno di questi contatori \u00e8 stato installato da noi.", Scope.THESE, None, ""),
        ("Ingen af disse m\u00e5lere er installeret af os.", Scope.THESE, None, ""),
        ("Nid ni osododd y tri mesurydd hyn.", Scope.THESE, 3, ""),
        ("Sorry, we can't help as we did not install these.", Scope.THESE, None, ""),
        ("We are not the installing Supplier, please ask the previous supplier.",
         Scope.NONE, None, ""),
        ("Nid ni a osododd y mesurydd hwn.", Scope.ONE, None, ""),
        ("Ni osodwyd y mesuryddion hyn gennym ni.", Scope.THESE, None, ""),
        ("Wir haben diese Ger\u00e4te nicht eingebaut.", Scope.THESE, None, ""),
        ("Keines der Ger\u00e4te wurde von uns installiert.", Scope.THESE, None, ""),
        ("Nous n'avons pos\u00e9 aucun de ces compteurs.", Scope.THESE, None, ""),
        ("Ces compteurs n'ont pas \u00e9t\u00e9 install\u00e9s par nous.", Scope.THESE, None, ""),
    ],
)  # fmt: skip
def test_a_denial_is_made_of_parts(
    text: str, scope: Scope, count: int | None, subject: str
) -> None:
    (said,) = read(text)
    assert (said.act, said.scope, said.count) == (Act.DENIES, scope, count)
    assert (said.subject, said.hedge) == (subject, "")
    assert said.where == "body line 1"


@pytest.mark.parametrize(
    ("text", "scope", "rows"),
    [
        ("The first two were not installed by us.", Scope.ROWS, (1, 2)),
        ("Rows 2 and 4 are not ours.", Scope.ROWS, (2, 4)),
        ("The last one was not fitted by us.", Scope.ROWS, (-1,)),
        ("All but the last were installed by someone else, not by us.", Scope.ALL_BUT, (-1,)),
        ("The first, the second and the fourth are not ours.", Scope.ROWS, (1, 2, 4)),
        ("Row 1 and row 3 were not installed by us.", Scope.ROWS, (1, 3)),
        ("All but the first and the last were not fitted by us.", Scope.ALL_BUT, (1, -1)),
        ("None of these were ours, bar the third.", Scope.ALL_BUT, (3,)),
        ("We did not fit any of them, with the exception of the last.", Scope.ALL_BUT, (-1,)),
        ("Lines 2-4 were not fitted by us.", Scope.ROWS, (2, 3, 4)),
    ],
)
def test_rows_are_counted(text: str, scope: Scope, rows: tuple[int, ...]) -> None:
    said = read(text)
    assert {one.act for one in said} == {Act.DENIES}
    assert {(one.scope, one.rows, one.hedge) for one in said} == {(scope, rows, "")}


def test_a_sentence_may_own_some_and_deny_the_rest() -> None:
    owned, rest = read("Numbers 1, 2 and 5 are ours, the others are not.")
    assert (owned.act, owned.scope, owned.rows) == (Act.OWNS, Scope.ROWS, (1, 2, 5))
    assert (rest.act, rest.scope, rest.hedge) == (Act.DENIES, Scope.REST, "")


def test_a_numbered_line_is_about_its_row() -> None:
    said = read("1. not ours\n2. installed by us\n3) not ours\n4. None of these are ours.")
    assert [(one.act, one.rows) for one in said] == [
        (Act.DENIES, (1,)), (Act.OWNS, (2,)), (Act.DENIES, (3,)), (Act.DENIES, ()),
    ]  # fmt: skip


def test_the_first_needs_no_article_at_the_beginning() -> None:
    owned, rest = read("First one is ours, second and third are not.")
    assert (owned.act, owned.rows) == (Act.OWNS, (1,))
    assert (rest.act, rest.rows) == (Act.DENIES, (2, 3))
    (said,) = read("First, none of these were fitted by us.")
    assert said.scope is Scope.THESE


def test_a_code_in_a_sentence_is_of_the_row_that_it_names() -> None:
    (said,) = read(f"The third was; the code is {CODE}.")
    assert (said.act, said.scope, said.rows) == (Act.PROVIDES, Scope.ROWS, (3,))


@pytest.mark.parametrize(
    "text",
    [
        "Probably not ours.",
        "I don't think these are ours.",
        "As far as I can tell none of these are ours.",
        "These are not ours yet.",
        "These are not ours any more.",
        "We did not install these correctly.",
        "We did not install these on 4 March.",
        "We did not install these until the spring.",
        "We had not installed these when you wrote.",
        "None of these were installed by us, they were fitted by our contractor.",
        "None of these were installed by us directly.",
        "None of these were ours, bar one or two.",
        "We didn't install these for you.",
        "These are not ours to hand out.",
        "Not one of these is not ours.",
        "We did not fit these, our metering team did.",
        "We are unable to confirm that these were not fitted by us.",
        "No hemos instalado todos estos contadores.",
        "Wij hebben niet alle meters geplaatst.",
        "Vi har ikke installeret alle disse m\u00e5lere.",
        "Nie wszystkie liczniki zosta\u0142y zainstalowane przez nas.",
        "None of these were ours, with one exception.",
        "None of these are ours, apart from a couple.",
        "Most of these were not installed by us.",
        "We didn't install all of these.",
        "If they went in before 2021 they are not ours.",
        "Are these not ours?",
        "It is not true that we did not install these.",
        "I would not say that none of these are ours.",
        "We can't confirm that we did not install these.",
        "They told us that they did not install these.",
        "These were not installed by us alone.",
        "We did not install these, our fitter did.",
        "None of these were not installed by us.",
        "None of these were fitted by anyone but us.",
        "DRAFT - none of these were installed by us.",
        "None of the others.",
    ],
)
def test_what_leaves_a_denial_open_is_named(text: str) -> None:
    denials = [one for one in read(text) if one.act is Act.DENIES]
    assert all(one.hedge or one.scope is Scope.PART for one in denials), denials


@pytest.mark.parametrize(
    "text",
    [
        "You did not install these.",
        "Nothing was sent to us.",
        "Do not contact us.",
        "This is not our usual mailbox.",
        "Not our job to find the codes.",
        "The installer did not give us the code.",
        "We did not receive your mail about these.",
        "Not only did we install these, we commissioned them.",
    ],
)
def test_a_negation_alone_denies_nothing(text: str) -> None:
    assert not [one for one in read(text) if one.act is Act.DENIES]


@pytest.mark.parametrize(
    ("text", "qualifies"),
    [
        ("The gas one may have been ours.", True),
        ("They were fitted on our behalf.", True),
        ("The third was fitted by a sister company.", True),
        ("Please ignore the second one.", True),
        ("The third was fitted in 2021.", True),
        ("Scrap that, the field team has found the job.", True),
        ("You fitted them in 2020.", True),
        ("The second has gone to the other team.", True),
        ("Codes for the first two below.", True),
        ("They were self-installed.", True),
        ("So not exactly ours.", True),
        ("Please let me know if you need anything else.", False),
        ("If you have any questions please contact us.", False),
        ("You may want to try the supplier before us.", False),
        ("The customers joined us with the meters already fitted.", False),
        ("We only gained the sites last year.", False),
        ("Hope you find them.", False),
    ],
)
def test_another_sentence_qualifies_a_denial_or_is_harmless(text: str, *, qualifies: bool) -> None:
    said = read(f"None of these were ours.\n\n{text}")
    others = [one for one in said if one.act is Act.OTHER]
    assert bool(others) is qualifies, others
    assert not [one for one in read(text) if one.act is Act.OTHER]


def test_a_draft_is_told_by_its_subject() -> None:
    said = read("", "DRAFT for Jo to approve: RE: MP121 request")[0]
    assert (said.act, said.where, said.hedge) == (Act.OTHER, "subject", "DRAFT")


_UNFINISHED = parts.ENGLISH[parts.UNFINISHED].split("|")


@pytest.mark.parametrize("phrase", _UNFINISHED)
def test_each_phrase_of_an_unfinished_mail_is_found_in_a_subject(phrase: str) -> None:
    said = unfinished(f"Codes ({phrase.title()}) for April").lower()
    assert said in (phrase, "do not send")  # don't send


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*_UNFINISHED, "codes", "we've", "not", "Drafted", "d'", "n/a", "-", ".", "by us.Test"]
        ),
        max_size=6,
    ),
    st.sampled_from([" ", "'", ", ", ""]),
)
def test_a_subject_without_such_words_need_not_be_read(words: list[str], between: str) -> None:
    subject = between.join(words)
    kept = [word for clause in clauses_of(subject) for word in clause.kept]
    read_in_full = [word.text for word in kept if word.part == parts.UNFINISHED]
    assert unfinished(subject) == next(iter(read_in_full), "")


def test_a_subject_answers_only_in_words_that_were_put_before_ours() -> None:
    assert [one.act for one in read("", "Not ours - MP121-OURS-2612-Q00001")] == [Act.DENIES]
    assert not read("", "RE: none of these are ours")


@pytest.mark.parametrize(
    "text",
    [
        "We will look into it and come back to you next week.",
        "Leave it with me.",
        "Our field team is still checking these.",
        "I have passed this on to the asset team.",
        "Codes will follow on Friday.",
    ],
)
def test_a_promise_answers_nothing(text: str) -> None:
    assert [one.act for one in read(text)] == [Act.PROMISES]


def test_a_device_in_the_sentence_makes_it_about_that_device() -> None:
    (said,) = read(f"I am sure that we did not install {DEVICE} at that address, or ever.")
    assert (said.scope, [str(one) for one in said.devices]) == (Scope.NAMED, [DEVICE])


def test_a_hostile_sentence_takes_linear_time() -> None:
    read("we did not install " * 400 + "1, 2 and " * 400 + "not " * 400)


def test_who_it_was_instead_is_kept_as_a_reason() -> None:
    other, denied = read("Both were installed by Tidal Gas before they came to us, so not us.")
    assert (denied.act, denied.scope, denied.hedge) == (Act.DENIES, Scope.THESE, "")
    assert (other.act, other.subject) == (Act.OWNS, "Tidal Gas")


@pytest.mark.parametrize(
    "text", ["We did not fit these, it was Tidal Gas.", "We did not fit these, Tidal Gas did."]
)
def test_a_verb_may_be_left_out(text: str) -> None:
    denied, other = read(text)
    assert (denied.act, denied.subject, denied.hedge) == (Act.DENIES, "", "")
    assert (other.act, other.subject) == (Act.OWNS, "Tidal Gas")


def test_codes_that_are_elsewhere_qualify_a_denial() -> None:
    _, said = read("None are ours. The codes are on the portal.")
    assert (said.act, said.hedge) == (Act.OTHER, "codes are on")
    assert len(read("None are ours. We hold no codes.")) == 1


def takes(text: str) -> bool:
    """Whether a denial is taken: one without a hedge, and nothing around it that takes it back."""
    said = read(text)
    plain = any(one.act is Act.DENIES and not one.hedge for one in said)
    around = (Act.CORRECTS, Act.TAKES_BACK, Act.WARNS, Act.DISPUTES)
    return plain and not any(one.hedge or one.act in around for one in said)


@pytest.mark.parametrize(
    "text",
    [
        '"None of these were put in by us."',
        "Possible answer: none of these were put in by us.",
        "Wording for the reply:\nNone of these were put in by us.",
        'I should like to recall the message "None were put in by us".',
        "Placeholder: none of these were put in by us, see above, if at all.",
        "None of these were put in by us.\nOK to send, Sarah?",
        "None of these were put in by us.\nIt is no more than a hunch.",
        "None of these were put in by us.\nMy earlier mail was a mistake.",
        "None of these were put in by us.\nWe did come across job sheets for two.",
        "None of these were put in by us.\nOur lads did do one on that estate.",
        "None of these were put in by us.\nThe depot ledger tells another story.",
        "None of these were put in by us.\nOne Of Them Was",
        "None of these were put in by us; Harbour Energy (North) did.",
        "None were put in by us per the customer.",
        "We did not put these in with our own fitters.",
        "Taking your word for it, none of these were put in by us.",
        "Jane to reply: none of these were put in by us.",
        "We were not the installing supplier of both.",
        "The ones at number 4 were not put in by us.",
        "Further to our note that none were put in by us, we have now found the codes.",
    ],
)
def test_a_denial_that_somebody_may_take_back_is_left_open(text: str) -> None:
    assert not takes(text)


@pytest.mark.parametrize(
    "text",
    [
        "None of these\nwere put in by us.\nKim",
        "No Device on your tracker was put in by or for us.",
        "The supply came to us in 2022, long after the meter went in, so it was not our install.",
        "Both meters were in the wall when the customer joined. We put in neither of them.",
        "They do not show on our asset register and were not put in by us.",
        "We have never run a fitting programme: we did not put these in.",
        "They were put in before our supply and therefore not by us.",
        "We do not install meters at all, so these were not put in by us.",
        "Did not install either of them.",
        "We played no part in the installation of these devices.",
        "In short, we did not put these in.",
        "Sorry, your mail landed in the wrong queue and only now reached me. Not put in by us.",
        "None of these were put in by us.\nThat should be everything.",
        "None of these were put in by us.\nKim Marsh\nMeter Data Team",
        "None of these were put in by us.\nNot all tariffs are offered by each shop in town.",
        "On behalf of Harbour Energy I confirm we did not put these in.",
        "My colleague in metering confirms that these are not ours.",
        "These were swapped by Northmere before we had the supply, so they are not ours.",
        "They put these in, we did not.",
        "Both supplies churned in (March and May 2021). Neither was put in by us.",
        "Wir haben sie nicht eingebaut, sie hingen dort schon lange.",
    ],
)
def test_what_is_known_around_a_denial_leaves_it_as_it_is(text: str) -> None:
    assert takes(text)


def test_those_are_the_ones_that_were_named_before() -> None:
    one, other = read("The one ending C4-38 is not ours. We never fitted it.")
    assert one.scope is other.scope is Scope.ROWS
    assert one.endings == other.endings == ("C438",)
    first, again = read("Row 2 is not ours, we never fitted it.")
    assert first.rows == again.rows == (2,)


def test_a_sign_that_is_explained_answers_for_its_rows() -> None:
    said = read(f"Key: B - not fitted by us; A - code below.\n{DEVICE}  B\n")
    assert [(str(one.devices[0]), one.reason) for one in said] == [(DEVICE, "keyed")]
