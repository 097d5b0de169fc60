"""The words of which answers in other languages are made, each with its part in the sentence.

Only plain sentences: a word that is not listed is unknown, and leaves a denial open.
"""

from __future__ import annotations

from typing import Final

from exchange.parsing.phrases.statement_words import (
    BY,
    CODE,
    CONTRAST,
    DEVICE,
    DOUBT,
    EXCEPT,
    FILLER,
    INSTALL,
    INSTALLER,
    NEGATION,
    NO_ONE,
    ON_BEHALF,
    ONE_DEVICE,
    OURS,
    PARTLY,
    THESE,
    THIS,
    WE,
    WE_INSTALLED,
)

_WELSH: Final = {
    NEGATION: "nid|ddim|nad|nac",
    NO_ONE: "dim un|yr un",
    INSTALL: "osododd|gosododd|osod|gosod|gosodwyd|osodwyd|gosodwyd ganddynt|osodasom|gosodasom",
    BY: "gan",
    WE: "ni|gennym ni|ydym|ein peirianwyr",
    INSTALLER: "cyflenwr gosod|cyflenwr a osododd|gyflenwr gosod",
    DEVICE: "mesuryddion|fesuryddion|dyfeisiau|ddyfeisiau",
    ONE_DEVICE: "mesurydd|fesurydd|dyfais|ddyfais",
    THESE: "hyn|rhain|rheini|rhai hyn",
    THIS: "hwn|hon",
    ON_BEHALF: "contractwr|contractwyr|ar ein rhan|hunain|is-gontractwr|asiant|landlord",
    CONTRAST: "ond",
    CODE: "codau gosod|cod gosod|codau|cod",
    FILLER: "y|yr|a|o|o'r|yw'r|yn|yw|oedd|wedi|un|helo|bore da|prynhawn da|diolch|i|ar|cofion|eu|ei"
    "|cafodd|chafodd|ydy|wnaethom|wnaeth|mae'n|ddrwg|gyda|gennym|am|eich|cais|e-bost|unrhyw",
}
_GERMAN: Final = {
    NEGATION: "nicht|nie|niemals",
    NO_ONE: "keines|keiner|keine|keins|kein|keinen|keinem|keins davon",
    INSTALL: "eingebaut|installiert|montiert|verbaut|gesetzt|installierte|installierten",
    BY: "von|durch",
    WE: "wir|uns|unserem unternehmen|unseren monteuren",
    OURS: "unsere|unserer|unseres",
    INSTALLER: "installierende lieferant|einbauende lieferant|installierender lieferant"
    "|einbauender lieferant|installierender versorger|einbauende versorger|installateur",
    DEVICE: "geräte|geräten|zähler|zählern|messgeräte",
    ONE_DEVICE: "gerät",
    THESE: "diese|dieser|diesen|davon|alle|beide|beiden|genannten|aufgeführten|ihnen",
    THIS: "dieses|dies|das gerät|es",
    ON_BEHALF: "auftrag|unserem auftrag"
    "|dienstleister|vermieter|tochter|konzern|messstellenbetreiber",
    CONTRAST: "aber|jedoch|sondern",
    EXCEPT: "außer|ausser|bis auf|ausgenommen|nur",
    PARTLY: "einige|manche|teilweise|teil|nicht alle",
    DOUBT: "vermutlich|wahrscheinlich|vielleicht|eventuell|möglicherweise|prüfen|noch",
    FILLER: "der|die|das|den|dem|des|wurde|wurden|worden|haben|hat|sind|ist|war|waren|und|guten"
    "|tag|hallo|sehr|geehrte|damen|herren|leider|bestätigen|hiermit|dass|liste|anfrage|ihre"
    "|ihrer|ihr|zu|in|aus|mit|für|jemals|ein|eine|unseren|unserem|daten|laut|systemen|auf",
}  # fmt: skip
_FRENCH: Final = {
    NEGATION: "pas|jamais|ne|ni",
    NO_ONE: "aucun|aucune",
    INSTALL: "installé|installés|installée|installées|posé|posés|posée|posées|monté|montés",
    BY: "par",
    WE: "nous|nos équipes|notre société|nos techniciens|notre entreprise",
    OURS: "les nôtres|le nôtre|à nous|nôtres|nôtre",
    INSTALLER: "fournisseur installateur|installateur|fournisseur qui a installé"
    "|fournisseur ayant installé",
    DEVICE: "compteurs|appareils|équipements",
    ONE_DEVICE: "compteur|appareil",
    THESE: "ces|ceux-ci|tous|celles-ci|ceux|deux|trois",
    THIS: "ce|cet|cette|celui-ci",
    ON_BEHALF: "sous-traitant|notre compte|prestataire|propriétaire|filiale|groupe",
    CONTRAST: "mais|cependant|toutefois",
    EXCEPT: "sauf|hormis|excepté|seulement",
    PARTLY: "certains|certaines|quelques|pas tous",
    DOUBT: "peut-être|probablement|sans doute|vérifier|semble|encore",
    FILLER: "le|la|les|de|des|du|avons|ont|été|sont|est|sommes|n|d|l|qu|que|bonjour|madame"
    "|monsieur|malheureusement|confirmons|vous|votre|demande|liste|et|en|dans|merci|était|étaient",
}
_DUTCH: Final = {
    NEGATION: "niet|nooit",
    NO_ONE: "geen|geen van|geen enkele",
    INSTALL: "geplaatst|geïnstalleerd|gemonteerd|geplaatste|plaatsten|installeerden",
    BY: "door",
    WE: "wij|ons|ons bedrijf|onze monteurs",
    OURS: "van ons|onze",
    INSTALLER: "installerende leverancier|leverancier die heeft geïnstalleerd|installateur",
    DEVICE: "apparaten|toestellen",
    THESE: "deze|beide|alle|genoemde",
    ON_BEHALF: "aannemer|onderaannemer|opdracht|dochter|dochteronderneming",
    CONTRAST: "maar|echter",
    EXCEPT: "behalve|uitgezonderd|alleen|tenzij",
    PARTLY: "sommige|enkele|niet alle|deels",
    DOUBT: "waarschijnlijk|misschien|mogelijk|nog|volgens",
    FILLER: "het|een|hebben|heeft|zijn|werden|werd|helaas|hierbij|bevestigen|dat|uw|lijst"
    "|dag|goedemorgen|groet|met vriendelijke|geachte",
}  # fmt: skip
_SPANISH: Final = {
    NEGATION: "nunca|tampoco",
    NO_ONE: "ninguno|ninguna",
    INSTALL: "instalado|instalados|instalada|instaladas|instaló|instalaron|colocado|colocados"
    "|montado|montados",
    WE_INSTALLED: "instalamos|colocamos",
    BY: "por",
    WE: "nosotros|hemos|somos|fuimos|nuestra empresa|nuestra compañía|nuestros técnicos",
    OURS: "nuestros|nuestras|nuestro|nuestra",
    INSTALLER: "proveedor instalador|suministrador instalador|empresa instaladora|instalador"
    "|comercializadora instaladora|proveedor que instaló|empresa que instaló",
    DEVICE: "contadores|dispositivos|equipos|medidores|aparatos",
    ONE_DEVICE: "contador|dispositivo|medidor",
    THESE: "estos|estas|dichos|ambos|todos|todas",
    THIS: "este|esta",
    ON_BEHALF: "contratista|subcontrata|subcontratista|filial|nombre|encargo|propietario",
    CONTRAST: "pero|aunque",
    EXCEPT: "salvo|excepto|menos|solo|sólo",
    PARTLY: "algunos|algunas|no todos|no todas",
    DOUBT: "todavía|aún|quizás|probablemente|creemos|parece",
    FILLER: "el|los|las|del|fue|fueron|ha|han|sido|son|que|y|de la lista|lamentablemente|buenos"
    "|días|buenas|tardes|estimados|confirmamos|saludos|su|gracias|lo siento",
}  # fmt: skip
_POLISH: Final = {
    NEGATION: "nie|nigdy",
    INSTALL: "zainstalowane|zainstalowany|zainstalowała|zamontowane|zamontowany|zamontowała"
    "|instalowała|montowane",
    WE_INSTALLED: "instalowaliśmy|zainstalowaliśmy|montowaliśmy|zamontowaliśmy",
    BY: "przez",
    WE: "jesteśmy|byliśmy|nas|nasza firma|naszą firmę",
    OURS: "nasze|nasz|naszymi",
    INSTALLER: "dostawcą instalującym|instalatorem|dostawcą instalatorem",
    DEVICE: "liczników|liczniki|urządzeń|urządzenia",
    ONE_DEVICE: "licznika|licznik",
    THESE: "tych|te|wszystkich|obu|żaden|żadnego|żadnych|żadne",
    THIS: "tego|ten",
    ON_BEHALF: "podwykonawca|podwykonawcę|zlecenie|spółka",
    CONTRAST: "ale|lecz|jednak",
    EXCEPT: "oprócz|poza|tylko|wyjątkiem",
    PARTLY: "niektóre|niektórych|nie wszystkie|nie wszystkich|część",
    DOUBT: "jeszcze|prawdopodobnie|chyba|może",
    FILLER: "są|jest|zostały|został|z|w|na|dla|że|dzień dobry|witam|niestety|pozdrawiam|listy"
    "|potwierdzamy|informujemy|były|był",
}  # fmt: skip
_ITALIAN: Final = {
    NEGATION: "non",
    NO_ONE: "nessuno|nessuna",
    INSTALL: "installato|installati|installata|montato|montati|posato|posati",
    WE: "siamo|abbiamo|noi|nostra azienda|nostri tecnici|eravamo",
    OURS: "nostri|nostro|nostra",
    INSTALLER: "fornitore installatore|fornitore che ha installato|installatore",
    DEVICE: "contatori|dispositivi|apparecchi|misuratori",
    ONE_DEVICE: "contatore|dispositivo",
    THESE: "questi|questi due|quelli|entrambi|tutti",
    THIS: "questo",
    ON_BEHALF: "appaltatore|subappaltatore|conto|controllata",
    CONTRAST: "ma|però|tuttavia",
    EXCEPT: "tranne|eccetto|salvo|solo|soltanto",
    PARTLY: "alcuni|alcune|non tutti|parte",
    DOUBT: "ancora|forse|probabilmente|sembra|crediamo",
    FILLER: "di|il|lo|gli|dei|del|sono|stati|stato|è|che|purtroppo|buongiorno|salve|gentile"
    "|confermiamo|grazie|cordiali|saluti|elencati",
}  # fmt: skip
_DANISH: Final = {
    NEGATION: "ikke|aldrig",
    NO_ONE: "ingen|ingen af",
    INSTALL: "installeret|monteret|opsat|installerede|monterede",
    BY: "af",
    WE: "vi|os|vores montører|vores firma",
    OURS: "vores",
    INSTALLER: "installerende leverandør|installatør|leverandør der installerede",
    DEVICE: "målere|målerne|enheder|enhederne",
    ONE_DEVICE: "måler|måleren|enhed",
    THESE: "disse|dem|begge|alle",
    ON_BEHALF: "underleverandør|entreprenør|vegne|datterselskab",
    CONTRAST: "men|dog",
    EXCEPT: "undtagen|bortset|kun",
    PARTLY: "nogle|ikke alle",
    DOUBT: "endnu|måske|sandsynligvis|formentlig|tror",
    FILLER: "har|er|den|det|blev|blevet|og|at|på|listen|desværre|hej|hilsen|venlig|bekræfter|som",
}  # fmt: skip
LANGUAGES: Final = (
    _DANISH, _ITALIAN, _POLISH, _SPANISH, _DUTCH, _FRENCH, _GERMAN, _WELSH,
)  # fmt: skip
