"""Italian words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "non",
    p.NONE: "nessuno nessuna nessun né mai neanche neppure niente",
    p.INSTALLED: "installato installati installata installate installare montato montati"
    " montate posato posati",
    p.WE_INSTALLED: "installammo montammo",
    p.INSTALLATION: "installazione posa montaggio installazioni",
    p.DONE: "eseguita eseguito effettuata effettuato realizzata fatta svolta",
    p.INSTALLER: "installatore installatrice",
    p.SUPPLIER: "fornitore società venditore azienda",
    p.INSTALLING: "installatore installatrice che_ha_installato che_li_ha_installati",
    p.OTHER: "altro altra altri precedente precedenti un_altro",
    p.WE: "noi",
    p.WE_ARE: "siamo abbiamo eravamo avevamo confermiamo dichiariamo",
    p.OUR: "nostra nostro nostri nostre",
    p.PEOPLE: "azienda società tecnici squadre squadra installatori parte personale",
    p.BY: "da dai dalla dal dalle",
    p.YOU: "voi lei",
    p.IS: "è sono stato stati stata state era erano fu furono essere",
    p.HAVE: "ha hanno aveva avevano ho aver avere",
    p.DEVICES: "contatori dispositivi apparecchi misuratori",
    p.DEVICE: "contatore dispositivo apparecchio misuratore",
    p.THESE: "li le questi queste quelli quelle essi loro elenco lista",
    p.THIS: "questo questa quello esso",
    p.ALL: "tutti tutte entrambi entrambe ogni ciascuno",
    p.REST: "resto restanti rimanenti",
    p.ONE: "uno una un",
    p.POSITION: "primo primi ultimo ultima ultimi terzo riga righe",
    p.LISTED: "elencati indicati citati menzionati richiesti seguenti sottoelencati riportati"
    " allegati inviato inviata",
    p.ARTICLE: "il lo gli i la le l",
    p.OF: "di dei degli delle del della tra fra dello dell",
    p.PARTLY: "alcuni alcune parte_dei maggior maggioranza non_tutti non_tutte diversi metà",
    p.ONLY: "tranne eccetto salvo solo soltanto solamente eccezione",
    p.KIND: "gas elettricità elettrico elettrici luce",
    p.DOUBT: "ancora forse probabilmente sembra sembrano crediamo verificare sicuri sicuro"
    " sappiamo potrebbero sarebbe sarebbero magari apparentemente risulta pensiamo penso credo"
    " dubbio sostituiti sostituito più presumibilmente provvisoriamente",
    p.CLAIM: "dice dicono afferma secondo falso errore vero sbagliato nega presunto",
    p.ON_BEHALF: "appaltatore subappaltatore conto controllata incarico proprietario per_noi"
    " partner gruppo nome ditta stessi",
    p.UNFINISHED: "bozza prova",
    p.BUT: "ma però tuttavia sebbene anche_se",
    p.IF: "se quando qualora",
    p.THAT: "che e perché quindi poiché dunque in_quanto pertanto ed",
    p.RATHER: "bensì",
    p.CODE: "codice codici codice_di_installazione codici_di_installazione"
    " codici_d_installazione codice_d_installazione chiave_di_installazione"
    " chiavi_di_installazione",
    p.ASK: "per_favore potreste potete potrebbe può preghiamo chiediamo vorremmo cortesemente"
    " grati cortesia gentilmente richiediamo richiedere chiedere prego favore",
    p.NEED: "bisogno servono necessitiamo mancano manca occorrono serve ci_servono",
    p.GIVE: "inviare inviarci inviate fornire fornirci fornite trasmettere trasmetterci mandare"
    " mandarci comunicare comunicarci dare darci condividere ricevere ottenere inoltrare"
    " mandate rispondere invio girarci farci_avere",
    p.REQUEST: "richiesta richieste",
    p.CANCEL: "annullare annullate annulliamo ignorare ignorate ritirare ritiriamo attendere"
    " attendete sospendere annullata cancellare cancellate revocare aspettate aspettare",
    p.WARN: "violata violato compromessa compromesso hackerata hackerato frode fraudolenta"
    " phishing truffa allarme attacco",
    p.FAULT: "funziona funzionano invalido invalidi rifiutato errato errati rimosso rimossi"
    " in_servizio scorretto",
    p.DISPUTE: "contestiamo disaccordo accettiamo",
    p.CHASE: "sollecito sollecitiamo promemoria attesa",
    p.THANKS: "grazie ringraziamo",
    p.ATTACHED: "allegato allegata in_allegato alleghiamo",
    p.LATER: "risponderemo inoltrato stiamo_verificando faremo_sapere",
    p.FILLER: "purtroppo buongiorno buonasera salve gentile gentili spettabile dopo_aver"
    " verificato verifica confermo cordiali saluti distinti vostra vostro vostre in a al alla"
    " ai agli alle con per su sul sulla si ci vi informiamo dati registri registro archivi"
    " sistema sistemi cliente clienti già prima fornitura indirizzo indirizzi mail e_mail"
    " messaggio risposta merito riferimento dal_momento spiacenti acquisito signori signore"
    " contattare contattate rivolgersi presente dopo nella nel nelle nei nell anche seguito"
    " nuovi nuovo cambio passati colleghi",
}  # fmt: skip
