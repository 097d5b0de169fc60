"""Dutch words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "niet nooit",
    p.NONE: "geen geen_enkele geen_van noch niets",
    p.INSTALLED: "geplaatst geïnstalleerd gemonteerd geplaatste plaatsten installeerden"
    " ingebouwd geïnstalleerde aangebracht",
    p.INSTALLATION: "installatie plaatsing montage installaties",
    p.DONE: "uitgevoerd gedaan verricht verzorgd",
    p.INSTALLER: "installateur",
    p.SUPPLIER: "leverancier energieleverancier leveranciers",
    p.INSTALLING: "installerende plaatsende die_heeft_geïnstalleerd die_heeft_geplaatst",
    p.OTHER: "andere ander vorige eerdere voormalige",
    p.WE: "wij we ons onszelf",
    p.OUR: "onze",
    p.OURS: "van_ons de_onze",
    p.PEOPLE: "monteurs monteur bedrijf technici team organisatie mensen ploeg zijde kant",
    p.BY: "door vanuit",
    p.YOU: "u jullie jij",
    p.IS: "is zijn was waren werd werden",
    p.HAVE: "hebben heeft had hadden heb",
    p.DEVICES: "apparaten toestellen meters slimme_meters",
    p.DEVICE: "apparaat toestel meter slimme_meter",
    p.THESE: "deze die ze genoemde lijst hiervan daarvan",
    p.THIS: "dit dat_apparaat het_apparaat",
    p.ALL: "alle beide allebei allemaal elk elke alles",
    p.REST: "rest overige resterende",
    p.ONE: "één een_van_de één_van enkel",
    p.POSITION: "eerste laatste tweede derde regel regels rij rijen",
    p.LISTED: "genoemde vermelde opgegeven gevraagde volgende onderstaande bovenstaande"
    " bijgevoegde opgesomde noemt vermeldt gestuurde",
    p.ARTICLE: "de het",
    p.OF: "van",
    p.PARTLY: "sommige enkele deels gedeeltelijk meeste deel aantal niet_alle helft paar",
    p.ONLY: "behalve uitgezonderd alleen tenzij slechts uitzondering pas",
    p.KIND: "gas gasmeter gasmeters elektriciteit elektriciteitsmeter stroom",
    p.DOUBT: "waarschijnlijk misschien mogelijk nog vermoedelijk lijkt lijken controleren"
    " nagaan zeker weten of zou zouden blijkbaar schijnbaar onduidelijk denken denk geloof"
    " geloven vervangen bekend voorlopig meer twijfel wellicht",
    p.CLAIM: "zegt zeggen beweert beweren volgens juist fout onjuist waar klopt vergissing"
    " ontkent ontkennen",
    p.ON_BEHALF: "aannemer onderaannemer opdracht dochter dochteronderneming namens verhuurder"
    " voor_ons partner groep moederbedrijf naam zelf",
    p.UNFINISHED: "concept test",
    p.BUT: "maar echter toch hoewel",
    p.IF: "als indien wanneer",
    p.THAT: "dat en dus omdat want aangezien",
    p.RATHER: "wel",
    p.CODE: "code codes installatiecode installatiecodes install_code install_codes"
    " installatiesleutel installatiesleutels",
    p.ASK: "alstublieft aub graag verzoeken verzoek kunt kunnen zou_u zoudt willen gelieve"
    " vragen wilt dankbaar",
    p.NEED: "nodig ontbreken ontbreekt zoeken behoefte missen",
    p.GIVE: "sturen toesturen zenden toezenden verstrekken geven doorgeven opsturen mailen"
    " stuur delen aanleveren ontvangen verkrijgen beantwoorden antwoorden bezorgen leveren"
    " toekomen laten_weten stuurt",
    p.REQUEST: "aanvraag verzoek_om",
    p.CANCEL: "annuleren annuleer intrekken ingetrokken negeren negeer vervallen geannuleerd"
    " wachten wacht stoppen opschorten trekken schrappen",
    p.WARN: "gehackt gecompromitteerd fraude frauduleus phishing misbruik waarschuwing aanval"
    " vervalst waarschuwen",
    p.FAULT: "werkt werken ongeldig geweigerd defect verwijderd afgekeurd in_bedrijf",
    p.DISPUTE: "betwisten bezwaar oneens accepteren",
    p.CHASE: "herinnering herinneren openstaand rappel",
    p.THANKS: "bedankt dank hartelijk_dank",
    p.ATTACHED: "bijgevoegd bijlage bijgaand",
    p.LATER: "komen_terug doorgestuurd behandelen behandeling",
    p.FILLER: "een helaas hierbij bevestigen bevestig uw dag goedemorgen goedemiddag goedendag"
    " groet groeten met vriendelijke geachte beste heer mevrouw in op aan te bij voor om uit"
    " naar er ik mij gegevens systemen systeem administratie klanten klant overgenomen overname"
    " adres adressen al reeds toen eerder mail e bericht e_mail over contact opnemen blijkt"
    " sinds ooit collega collega_s locaties locatie heren dames ter controle melden laten"
    " hoogachtend ook nieuwe alvast per nadat daar hier",
}  # fmt: skip
