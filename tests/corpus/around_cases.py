"""Denials with something around them: reasons, history, small print, and what holds them."""

from __future__ import annotations

from tests.corpus.making import Case
from tests.corpus.spoken_cases import silent, whole


def _harmless() -> list[Case]:
    return [
        whole(
            "around-footer-of-views",
            "None of these three were put in by our crews.\n\nRegards\nMeg Alder\n\n"
            "Opinions given here are the writer's and may not be those of Op B Limited. Should you"
            " not be the person this was meant for, kindly destroy it and let the writer know.",
        ),
        whole(
            "around-reason-first",
            "All three went on the wall under Larch Power in autumn 2019, well before these"
            " customers switched to us, so Op B is not the installing Supplier.",
        ),
        whole(
            "around-history-after",
            "We did not fit any of these. The first joined us in March 2021 and the"
            " others in 2022.",
        ),
        whole(
            "around-who-it-was-is-not-known",
            "We did not install any of the three and have no idea who did.",
        ),
        whole(
            "around-offer-first",
            "I would love to be of more help, but none of these were fitted by us.",
        ),
        whole(
            "around-advice-after",
            "None of the 3 are ours, you will need to go to whoever had the supply in 2018.",
        ),
        whole(
            "around-late-reply",
            "None of them were installed by us. Only saw your mail today, sorry for the wait.",
        ),
        whole("around-mistyped", "non of thees were instaled by us im afraid"),
        whole(
            "around-neither-we-nor",
            "Neither Op B nor anybody working for it installed these three.",
        ),
    ]


def _holding() -> list[Case]:
    denied = "None of these were installed by us."
    return [
        whole("around-please-keep-it-open", f"{denied} Please don't close the request.", "unclear"),
        whole("around-search-not-whole", f"{denied} Older jobs were not searched.", "unclear"),
        whole("around-colleague-to-check", f"{denied} Ravi will check once more.", "unclear"),
        whole("around-one-of-them-was", f"{denied} Hmm, one was.", "unclear"),
        whole("around-they-work-for-us", f"{denied} Brook did, they fit for us.", "unclear"),
        whole("around-has-codes", f"{denied} Use the codes that I sent in May.", "unclear"),
        silent("around-according-to", "According to Larch none of these were ours."),
        silent(
            "around-was-going-to-say",
            "I was about to write that we did not install any of these.",
        ),
    ]


def cases() -> list[Case]:
    return [*_harmless(), *_holding()]
