"""German words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "nicht nie niemals weder",
    p.NONE: "keines keiner keine keins kein keinen keinem keinerlei nichts",
    p.INSTALLED: "eingebaut installiert montiert verbaut gesetzt installierten eingebauten"
    " montierten angebracht",
    p.INSTALLATION: "einbau einbaus installation montage einbauten",
    p.DONE: "durchgeführt vorgenommen erfolgt erfolgte ausgeführt getätigt",
    p.INSTALLER: "installateur einbaulieferant installationslieferant",
    p.SUPPLIER: "lieferant lieferanten versorger versorgers energieversorger stromversorger"
    " energielieferant anbieter lieferants",
    p.INSTALLING: "einbauende einbauender einbauenden installierende installierender"
    " installierenden montierende montierender",
    p.OTHER: "andere anderer anderen anderem anderes vorherige vorheriger vorherigen früheren"
    " früherer vorigen ehemaligen",
    p.WE: "wir uns",
    p.OUR: "unser unsere unserem unseren unserer unseres",
    p.PEOPLE: "monteure monteuren monteur techniker technikern unternehmen firma haus hause"
    " gesellschaft team mitarbeiter mitarbeitern installateure installateuren seite seiten",
    p.BY: "von durch seitens vom",
    p.YOU: "ihnen du euch",
    p.IS: "ist sind war waren wurde wurden worden sei seien",
    p.HAVE: "haben hat hatte hatten habe",
    p.DEVICES: "geräte geräten zähler zählern messgeräte messgeräten smart_meter smartmeter"
    " einträge einträgen ids",
    p.DEVICE: "gerät gerätes messgerät",
    p.THESE: "diese dieser diesen davon jene sie derselben liste tabelle",
    p.THIS: "dieses dies es",
    p.ALL: "alle aller allen alles beide beiden beider sämtliche sämtlichen jedes jeder",
    p.REST: "übrigen restlichen rest verbleibenden",
    p.ONE: "eines einer eins einziges einzige einziger ein_einziges einen",
    p.POSITION: "erste ersten erster letzte letzten letzter zweite zweiten dritte dritten"
    " vorletzte zeile zeilen",
    p.LISTED: "genannten genannte aufgeführten aufgeführte gelisteten angefragten angefragte"
    " aufgelisteten angegebenen erwähnten folgenden folgende nachfolgenden untenstehenden"
    " obigen angehängten nachstehenden",
    p.ARTICLE: "die der das den dem des",
    p.PARTLY: "einige einigen manche teilweise teil mehrere wenige meisten größtenteils hälfte"
    " nicht_alle zum_teil",
    p.ONLY: "außer ausser bis_auf ausgenommen nur lediglich mit_ausnahme ausnahme allein erst"
    " sonst abgesehen zumindest",
    p.KIND: "gas strom gaszähler stromzähler gaszählers stromzählers gasgerät gasgeräte",
    p.DOUBT: "vermutlich wahrscheinlich vielleicht eventuell möglicherweise prüfen noch wohl"
    " unklar unsicher sicher ob offenbar anscheinend scheint scheinbar voraussichtlich"
    " vorläufig vorbehaltlich könnte dürfte dürften würde würden müssten sollte sollten kaum"
    " mehr bekannt ausgetauscht ersetzt mutmaßlich derzeit momentan soweit sofern eigentlich"
    " ungewiss glaube glauben",
    p.CLAIM: "sagt sagen behauptet behaupten laut angeblich meint meinen denkt denken stimmt"
    " richtig falsch irrtum versehentlich trifft wahr unwahr bestreiten bestreitet zufolge"
    " mitgeteilt gesagt hieß",
    p.ON_BEHALF: "auftrag dienstleister vermieter tochter tochtergesellschaft konzern"
    " messstellenbetreiber subunternehmer auftragnehmer für_uns partner beauftragt beauftragter"
    " muttergesellschaft schwestergesellschaft rechtsvorgänger namen selbst eigenregie",
    p.UNFINISHED: "entwurf test vorabversion",
    p.BUT: "aber jedoch allerdings doch dennoch trotzdem hingegen obwohl",
    p.IF: "wenn falls",
    p.THAT: "dass und daß da weil denn somit daher also deshalb folglich sowie",
    p.RATHER: "sondern",
    p.CODE: "installationscode installationscodes einbaucode einbaucodes code codes"
    " installationsschlüssel install_code install_codes installationskode installationskodes",
    p.ASK: "bitte bitten könnten können hätten möchten ersuchen erbitten dankbar mögen",
    p.NEED: "benötigen brauchen benötige brauche benötigt fehlen fehlt gebraucht suchen"
    " bräuchten anfordern fordern anzufordern erforderlich",
    p.GIVE: "senden schicken sende übermitteln mitteilen mitzuteilen teilen zusenden zuzusenden"
    " zukommen nennen geben bereitstellen bereitzustellen übersenden zu_übermitteln mailen"
    " übermittlung zusendung mitteilung schickt sendet lassen weiterleiten zuschicken"
    " zur_verfügung bereitstellung herausgeben erhalten bekommen antworten beantworten"
    " zu_senden zu_schicken",
    p.REQUEST: "anfrage anforderung bitte_um anfragen ersuchen_um",
    p.CANCEL: "stornieren storniert storno zurückziehen zurückgezogen ignorieren hinfällig"
    " gegenstandslos erledigt abbrechen widerrufen löschen zurück zurückzuziehen unbeachtet"
    " streichen warten abwarten zurückhalten irrtümlich überflüssig",
    p.WARN: "kompromittiert gehackt betrug betrüger phishing missbraucht gefälscht fälschung"
    " warnung warnen angriff unbefugt unbefugte sicherheitsvorfall",
    p.FAULT: "funktioniert funktionieren ungültig abgelehnt fehlerhaft passt passen defekt"
    " inbetriebnahme ausgebaut",
    p.DISPUTE: "widersprechen widerspruch nicht_einverstanden akzeptieren bezweifeln zweifeln"
    " beanstanden",
    p.CHASE: "erinnerung erinnern ausstehend überfällig nachfassen",
    p.THANKS: "danke dank vielen_dank bedanken",
    p.ATTACHED: "anbei beigefügt anhang beiliegend angehängt anlage",
    p.LATER: "melden_uns kümmern bearbeiten bearbeitet bearbeitung weitergeleitet",
    p.FILLER: "kurz_und_knapp kurz_gesagt kurzum kurz_und_bündig vorhanden schon bereits guten"
    " tag morgen hallo sehr geehrte geehrter geehrten damen herren liebe lieber"
    " kolleginnen kollegen leider bestätigen bestätigt hiermit ihre ihrer ihr ihrem ihren zu in"
    " aus mit jemals ein eine einem daten unterlagen systemen system auf an am im um zum zur"
    " bei nach vor seit über unter wie ich mich freundlichen grüßen grüsse grüße gruss gruß"
    " freundliche viele beste besten gerne gern kunden kunde kundinnen übernommen übernahme"
    " gewechselt wechsel belieferung beliefern lieferung bereits schon damals zuvor vorher"
    " nachdem bevor adresse adressen standort standorte standorten objekt objekte dort hier"
    " email mail e schreiben nachricht liefern anfrage wenden kontaktieren informieren"
    " feststellen festgestellt prüfung überprüfung ergeben ergab überprüft geprüft"
    " aufzeichnungen bezug bezüglich betreff betrifft zeigen zeigt hilft helfen rückfragen"
    " stehen fragen verfügung jederzeit einzelnen jeweils unten oben nachfolgend auch so"
    " seitdem registriert register bestand gewonnen neu neue neuen übernehmen haushalte"
    " kundenwechsel lieferantenwechsel lieferbeginn beginn für wieder gemäß als",
}  # fmt: skip
