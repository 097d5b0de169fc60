"""French words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "pas jamais",
    p.NE: "ne n",
    p.NONE: "aucun aucune ni nul nulle rien",
    p.INSTALLED: "installé installés installée installées posé posés posée posées installer"
    " monté montés montée montées",
    p.INSTALLATION: "installation pose montage installations",
    p.DONE: "réalisé réalisée réalisées effectué effectuée effectuées faite faites exécutée",
    p.INSTALLER: "installateur installatrice poseur",
    p.SUPPLIER: "fournisseur fournisseurs",
    p.INSTALLING: "installateur ayant_installé qui_a_installé ayant_posé",
    p.OTHER: "autre autres précédent précédents ancien anciens",
    p.WE: "nous",
    p.WE_ARE: "sommes avons étions avions fûmes",
    p.OUR: "notre nos",
    p.OURS: "nôtre nôtres à_nous de_notre_fait de_notre_ressort",
    p.PEOPLE: "équipes équipe société techniciens technicien entreprise soins compagnie côté"
    " installateurs maison",
    p.BY: "par",
    p.YOU: "vous",
    p.IS: "est sont été était étaient fut furent être",
    p.HAVE: "a ont avait avaient ai avoir",
    p.DEVICES: "compteurs appareils équipements dispositifs identifiants",
    p.DEVICE: "compteur appareil équipement dispositif",
    p.THESE: "ces ceux celles ceux_ci celles_ci liste eux ils elles les_deux",
    p.THIS: "ce cet cette celui celui_ci celle_ci il elle",
    p.ALL: "tous toutes tout toute chacun chaque ensemble",
    p.REST: "reste restants restant",
    p.ONE: "un une l_un seul",
    p.POSITION: "premier premiers première premières dernier derniers dernière deuxième second"
    " troisième ligne lignes",
    p.LISTED: "cités citez listés listez mentionnés mentionnez demandés indiqués suivants"
    " suivantes ci_dessous ci_dessus énumérés joints visés listées envoyée envoyé",
    p.ARTICLE: "le la les l",
    p.OF: "de des du d parmi",
    p.PARTLY: "certains certaines quelques plupart partie plusieurs moitié pas_tous en_partie",
    p.ONLY: "sauf hormis excepté seulement uniquement exception",
    p.KIND: "gaz électricité électrique électriques",
    p.DOUBT: "peut_être probablement sans_doute vérifier semble semblent encore sembler"
    " éventuellement certain sûrs sûr savons sait pourrait pourraient serait seraient aurait"
    " aurions apparemment a_priori plus remplacé remplacés crois croyons pensons pense"
    " supposons doute vérifions vraisemblablement connaissance sous_réserve réserve"
    " provisoirement",
    p.CLAIM: "dit disent affirme prétend prétendent selon faux erreur vrai inexact tort nie"
    " contestons paraît",
    p.ON_BEHALF: "sous_traitant sous_traitants notre_compte prestataire propriétaire filiale"
    " groupe pour_nous partenaire mandaté mandataire maison_mère notre_nom compte nom mêmes",
    p.UNFINISHED: "brouillon test",
    p.BUT: "mais cependant toutefois pourtant néanmoins bien_que",
    p.IF: "si s_il quand lorsque",
    p.THAT: "que qu et car donc puisque parce_que ainsi",
    p.CODE: "code codes code_d_installation codes_d_installation clé_d_installation"
    " clés_d_installation",
    p.ASK: "s_il_vous_plaît svp veuillez merci_de pourriez pouvez auriez prions prie souhaitons"
    " souhaiterions aimerions voudrions pourrait_on saurions_gré voulez demandons demande_à",
    p.NEED: "besoin manque manquent recherchons faut",
    p.GIVE: "envoyer fournir transmettre communiquer donner adresser renvoyer envoyez"
    " fournissez transmettez communiquez faire_parvenir obtenir recevoir partager retourner"
    " répondre indiquer transmission envoi",
    p.REQUEST: "demande demandes requête",
    p.CANCEL: "annuler annulez annulons annulée annulé ignorer ignorez retirer retirons retirez"
    " caduque caduc attendre attendez suspendre inutile retirée erronée supprimer tenir",
    p.WARN: "piraté piratée compromis compromise fraude frauduleux hameçonnage usurpé"
    " usurpation alerte attaque phishing",
    p.FAULT: "fonctionne fonctionnent marche marchent invalide invalides refusé rejeté déposé"
    " déposés défectueux mis_en_service incorrect incorrects",
    p.DISPUTE: "contestons conteste désaccord acceptons",
    p.CHASE: "rappel relance relançons attente toujours",
    p.THANKS: "merci remercions",
    p.ATTACHED: "ci_joint ci_jointe ci_joints jointe pièce_jointe annexe",
    p.LATER: "reviendrons revenons traitons traiter transmis transférons",
    p.FILLER: "bonjour madame monsieur mesdames messieurs malheureusement confirmons informons"
    " votre vos en dans sur pour avec à au aux y cordialement salutations bien sincères je j me"
    " suis sites site clients client repris reprise déjà avant lors changement dossiers"
    " registres données registre adresse adresses chers cher collègues bonne journée courriel"
    " mail message réponse suite après vérification effet vers contacter contactez dès depuis"
    " alimentation concernant objet regrettons désolés désolé par_la_présente qui dont se"
    " trouvent présents là ici également présente afin possible électronique",
}  # fmt: skip
