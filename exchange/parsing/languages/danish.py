"""Danish words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "ikke aldrig",
    p.NONE: "ingen ingen_af intet",
    p.INSTALLED: "sat installeret monteret opsat installerede monterede",
    p.INSTALLATION: "installation montering opsætning",
    p.DONE: "udført foretaget",
    p.INSTALLER: "installatør",
    p.SUPPLIER: "leverandør elleverandør",
    p.INSTALLING: "installerende der_installerede",
    p.OTHER: "anden andet tidligere",
    p.WE: "vi os",
    p.OUR: "vores",
    p.PEOPLE: "montører firma selskab teknikere",
    p.BY: "af",
    p.YOU: "i_har jer",
    p.IS: "er var blev blevet bliver",
    p.HAVE: "har havde",
    p.DEVICES: "målere målerne enheder enhederne",
    p.DEVICE: "måler måleren enhed enheden",
    p.THESE: "disse dem de listen",
    p.THIS: "denne dette den",
    p.ALL: "alle begge",
    p.REST: "resten øvrige",
    p.ONE: "en_af et_af",
    p.POSITION: "første sidste tredje række",
    p.LISTED: "nævnte følgende anførte",
    p.PARTLY: "nogle ikke_alle de_fleste en_del",
    p.ONLY: "undtagen bortset kun blot medmindre",
    p.KIND: "gas gasmåler el elmåler",
    p.DOUBT: "endnu måske sandsynligvis formentlig tror vist muligvis om vides kontrollere"
    " undersøge",
    p.CLAIM: "siger ifølge forkert fejl sandt påstår",
    p.ON_BEHALF: "underleverandør entreprenør vegne datterselskab for_os selv",
    p.UNFINISHED: "kladde udkast test",
    p.BUT: "men dog selvom",
    p.IF: "hvis når",
    p.THAT: "at og da fordi så",
    p.CODE: "kode koder installationskode installationskoder koderne installationskoderne",
    p.ASK: "venligst bedes kan_i gerne må_vi beder anmoder",
    p.NEED: "bruge mangler behøver brug_for",
    p.GIVE: "sende send oplyse give fremsende få modtage svare",
    p.REQUEST: "anmodning",
    p.CANCEL: "annullere annuller tilbagekalde ignorer ignorere vente annulleret",
    p.WARN: "hacket kompromitteret svindel phishing",
    p.FAULT: "virker ugyldig afvist",
    p.DISPUTE: "uenige bestrider",
    p.CHASE: "påmindelse rykker afventer",
    p.THANKS: "tak",
    p.ATTACHED: "vedhæftet vedlagt",
    p.LATER: "vender_tilbage videresendt",
    p.FILLER: "op det på desværre hej hilsen venlig med bekræfter som til fra for kære jeres i et"
    " en mvh hermed kunder overtog overtaget adresse",
}  # fmt: skip
