"""Welsh words by part, with their mutations."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "nid nad na nac",
    p.WE_OR_NOT: "ni",
    p.NONE: "dim_un dim_o dim ddim erioed dim_byd",
    p.INSTALLED: "osododd gosododd osod gosod gosodwyd osodwyd a_osododd a_osodwyd a_gosododd"
    " a_ffitiodd ffitio ffitiwyd ffitiodd",
    p.WE_INSTALLED: "osodasom gosodasom gosodon osodon",
    p.INSTALLATION: "gosodiad gosodiadau osodiad osodiadau gwaith_gosod",
    p.DONE: "wnaed gwnaed wnaethpwyd",
    p.INSTALLER: "gosodwr osodwr cyflenwr_gosod gyflenwr_gosod chyflenwr_gosod"
    " cyflenwr_a_osododd gyflenwr_a_osododd cyflenwr_osododd",
    p.SUPPLIER: "cyflenwr gyflenwr cyflenwyr gyflenwyr chyflenwr",
    p.INSTALLING: "gosod a_osododd oedd_yn_gosod",
    p.OTHER: "arall eraill blaenorol flaenorol",
    p.WE: "gennym gennyn",
    p.WE_ARE: "wnaethom wnaethon ydym ydyn oeddem roeddem oeddwn",
    p.OUR: "ein",
    p.OURS: "ni_biau eiddom",
    p.PEOPLE: "peirianwyr cwmni gwmni tîm gosodwyr technegwyr osodwyr",
    p.BY: "gan",
    p.YOU: "chi",
    p.IS: "yw oedd ydy mae fu cafodd chafodd gafodd cawsant chawsant gawsant sydd r_oedd roedd",
    p.DEVICES: "mesuryddion fesuryddion dyfeisiau ddyfeisiau",
    p.DEVICE: "mesurydd fesurydd dyfais ddyfais",
    p.THESE: "hyn rhain rheini rheiny nhw rhai_hyn rhestr",
    p.THIS: "hwn hon hwnnw honno",
    p.ALL: "pob holl i_gyd",
    p.REST: "gweddill lleill",
    p.ONE: "un yr_un",
    p.POSITION: "cyntaf gyntaf olaf ail trydydd rhes",
    p.LISTED: "rhestrir restrir canlynol ganlynol isod uchod atodedig a_restrwyd a_enwyd",
    p.ARTICLE: "y yr r",
    p.OF: "o",
    p.PARTLY: "rhai rai ychydig hanner rhan ran y_rhan_fwyaf",
    p.ONLY: "heblaw ac_eithrio eithrio oni_bai yn_unig unig namyn oddieithr",
    p.KIND: "nwy trydan",
    p.DOUBT: "efallai hwyrach tebyg mae_n_debyg siŵr sicr gwirio eto ymddengys credwn meddwl"
    " tybio tybiwn gwybod bosib bosibl posibl falle amheuaeth ymddangos cofnod gofnod",
    p.CLAIM: "dweud dywed honni honnir medd meddai anghywir gwir camgymeriad gamgymeriad gwadu"
    " yn_ôl",
    p.ON_BEHALF: "contractwr contractwyr gontractwr ein_rhan rhan_ni hunain is_gontractwr"
    " asiant landlord partner grŵp i_ni enw",
    p.UNFINISHED: "drafft prawf",
    p.BUT: "ond fodd_bynnag serch er",
    p.IF: "os pan pe a_oes",
    p.THAT: "a ac bod fod felly oherwydd achos gan_fod taw mai",
    p.CODE: "cod codau god godau chodau cod_gosod codau_gosod god_gosod godau_gosod chod_gosod"
    " chodau_gosod",
    p.ASK: "os_gwelwch_yn_dda plis allwch fyddech allech a_fyddai gofyn gofynnwn hoffem hoffwn"
    " ddiolchgar ddiolchgar_pe gallwch wnewch a_wnewch",
    p.NEED: "angen eisiau chwilio",
    p.GIVE: "anfon anfonwch darparu ddarparu rhoi rannu rhannu roi danfon rhowch cael gael"
    " derbyn dderbyn ateb darparwch ryddhau",
    p.REQUEST: "cais gais ceisiadau cais_am gais_am",
    p.CANCEL: "canslo ganslo canslwch tynnwch gohiriwch dilëwch tynnu dynnu anwybyddu"
    " anwybyddwch diystyru diystyrwch aros arhoswch peidiwch peidio mwyach gohirio dileu",
    p.WARN: "hacio twyll twyllodrus gwe_rwydo rhybudd cyfaddawdu ymosodiad beryglu rhybuddio",
    p.FAULT: "gweithio annilys gwrthod gwrthodwyd comisiynu gomisiynu wallus",
    p.DISPUTE: "anghytuno derbyniwn gwrthwynebu herio",
    p.CHASE: "atgoffa nodyn_atgoffa disgwyl",
    p.THANKS: "diolch",
    p.ATTACHED: "ynghlwm atodir amgaeaf",
    p.LATER: "byddwn ddilyn",
    p.FILLER: "yn am i ar ar_ôl gwirio_ein at wedi eu ei helo annwyl bore prynhawn da cofion"
    " gorau dymuniadau cynnes mae_n ddrwg gyda eich e bost ebost neges unrhyw gadarnhau"
    " cadarnhau cadarnhawn gallwn rydym cofnodion chwsmeriaid cwsmeriaid cwsmer safle safleoedd"
    " cyfeiriad eisoes cyn ymateb atebwn diweddar anffodus n syr madam gyfeirio parthed"
    " ynghylch ynglŷn trosglwyddo newydd s_mae dan o_dan wrth rhoddwyd mewn hyd iawn nawr",
}  # fmt: skip
