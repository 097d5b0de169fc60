"""Polish words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "nie",
    p.NONE: "żaden żadnego żadnych żadne żadnej żadna nigdy nic",
    p.INSTALLED: "zainstalowane zainstalowany zainstalowała zainstalował zamontowane"
    " zamontowany zamontowała instalowała instalowane instalowany montowane montowany założone"
    " założony zainstalowano zamontowano",
    p.WE_INSTALLED: "instalowaliśmy zainstalowaliśmy montowaliśmy zamontowaliśmy zakładaliśmy"
    " założyliśmy",
    p.INSTALLATION: "instalacja instalacji montaż montażu instalację",
    p.DONE: "wykonana wykonany wykonano przeprowadzona przeprowadzony dokonano wykonaliśmy",
    p.INSTALLER: "instalatorem instalator",
    p.SUPPLIER: "dostawcą dostawca dostawcę dostawcy sprzedawcą sprzedawca sprzedawcę",
    p.INSTALLING: "instalującym instalujący instalującego instalatorem montującym"
    " który_zainstalował który_instalował",
    p.OTHER: "inny inną innego inna innym poprzedni poprzedniego poprzednim poprzedniej",
    p.WE: "my nas nami",
    p.WE_ARE: "jesteśmy byliśmy",
    p.OUR: "nasza nasz naszą naszych naszego nasze nasi naszym naszymi",
    p.OURS: "należą_do_nas",
    p.PEOPLE: "firma firmę firmy monterzy monterów technicy techników ekipy ekipa zespół"
    " zespołu pracownicy pracowników stronie",
    p.BY: "przez",
    p.YOU: "państwo państwa państwem was",
    p.IS: "są jest były był było została zostały został zostało być",
    p.HAVE: "ma mają",
    p.DEVICES: "liczników liczniki urządzeń urządzenia licznikami",
    p.DEVICE: "licznika licznik urządzenie",
    p.THESE: "tych te ich nich one listy lista liście powyższych tymi",
    p.THIS: "tego ten to",
    p.ALL: "wszystkich wszystkie obu oba każdy każdego obydwa",
    p.REST: "pozostałych pozostałe reszta resztę",
    p.ONE: "jeden jednego jedno",
    p.POSITION: "pierwszy pierwsze pierwszego ostatni ostatnie ostatniego drugi drugiego trzeci"
    " wiersz",
    p.LISTED: "wymienionych wymienione podanych podane wskazanych wskazane następujących"
    " następujące poniższych poniższe załączonych przesłanej",
    p.OF: "z spośród",
    p.PARTLY: "niektóre niektórych część kilka kilku większość nie_wszystkie nie_wszystkich"
    " częściowo połowa",
    p.ONLY: "oprócz poza tylko wyjątkiem jedynie wyłącznie dopiero",
    p.KIND: "gaz gazu gazowy gazowego gazowe prąd prądu elektryczny elektrycznego elektryczne",
    p.DOUBT: "jeszcze prawdopodobnie chyba może wydaje sprawdzić czy pewni pewien wiemy raczej"
    " podobno możliwe niewykluczone sądzimy myślimy wątpliwości już_nie wymieniony"
    " przypuszczamy uważamy bodaj mogło mogły mógł",
    p.CLAIM: "twierdzi twierdzą mówi mówią według podobno fałsz prawda błąd błędne zaprzecza"
    " nieprawda rzekomo",
    p.ON_BEHALF: "podwykonawca podwykonawcę podwykonawcy zlecenie spółka spółkę imieniu partner"
    " grupa wynajmujący właściciel dla_nas sami zlecenia",
    p.UNFINISHED: "szkic projekt test",
    p.BUT: "ale lecz jednak choć natomiast chociaż",
    p.IF: "jeśli jeżeli gdy kiedy gdyby",
    p.THAT: "że i oraz więc ponieważ bo zatem gdyż dlatego a iż",
    p.CODE: "kod kody kodów kodu kod_instalacyjny kody_instalacyjne kodów_instalacyjnych"
    " kodu_instalacyjnego kody_instalacji kodów_instalacji",
    p.ASK: "proszę prosimy uprzejmie czy_mogliby czy_możecie czy_mogą wnioskujemy prośba prośbą"
    " moglibyście zwracamy_się poproszę chcielibyśmy",
    p.NEED: "potrzebujemy potrzebuję brakuje potrzebne potrzebny szukamy",
    p.GIVE: "przesłanie przesłać podanie podać udostępnienie udostępnić przekazanie przekazać"
    " wysłanie wysłać przesyłać przesyłajcie wysyłać wysyłajcie przekazywać udostępniać"
    " dostarczenie dostarczyć otrzymać uzyskać odpowiadać odpowiedzieć podawać",
    p.REQUEST: "wniosek zapytanie wniosku zapytania",
    p.CANCEL: "anulować anulujemy anulowanie wycofać wycofujemy zignorować zignorowanie odwołać"
    " odwołujemy nieaktualne nieaktualny wstrzymać wstrzymanie czekać poczekać anulowane"
    " pominąć",
    p.WARN: "zhakowana zhakowane zhakowany włamanie włamania oszustwo phishing przejęta"
    " przejęte ostrzegamy ostrzeżenie fałszywy atak",
    p.FAULT: "działa działają nieprawidłowy nieprawidłowe odrzucony odrzucone zdemontowany"
    " wadliwy uruchomiony błędny",
    p.DISPUTE: "kwestionujemy sprzeciw zgadzamy akceptujemy",
    p.CHASE: "przypomnienie przypominamy ponaglenie oczekujemy",
    p.THANKS: "dziękuję dziękujemy",
    p.ATTACHED: "załączeniu załącznik załączniku załączam załączamy",
    p.LATER: "odpowiemy przekazaliśmy sprawdzimy sprawdzamy",
    p.FILLER: "w na dla dzień dobry witam witamy szanowni niestety pozdrawiam pozdrawiamy"
    " potwierdzamy potwierdzam informujemy do od się pod za o w_odpowiedzi odpowiedzi dane"
    " danych rejestr rejestrów dokumentów rejestrze rejestrach klienci klientów klienta adres"
    " adresy adresami już wcześniej przed przejęciem przejęciu przejęliśmy po kontakt"
    " kontaktować skontaktować wiadomość mail e związku poważaniem wyrazami szacunku przykro"
    " nam wynika systemu systemie panie pani pan ze sprawdzeniu weryfikacji również tym nowych"
    " nowi zmianie niniejszym odnośnie",
}  # fmt: skip
