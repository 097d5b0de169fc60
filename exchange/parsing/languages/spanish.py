"""Spanish words by part."""

from __future__ import annotations

from typing import Final

from exchange.parsing.languages import parts as p

WORDS: Final[p.Words] = {
    p.NOT: "no",
    p.NONE: "ninguno ninguna ningún ni nada nunca tampoco jamás",
    p.INSTALLED: "instalado instalados instalada instaladas instaló instalaron colocado"
    " colocados montado montados instalar colocó montó puestos",
    p.WE_INSTALLED: "instalamos colocamos montamos",
    p.INSTALLATION: "instalación montaje instalaciones colocación",
    p.DONE: "realizada realizado realizó hecha efectuada llevada_a_cabo realizamos",
    p.INSTALLER: "instalador instaladora",
    p.SUPPLIER: "proveedor suministrador empresa comercializadora distribuidora compañía"
    " proveedora",
    p.INSTALLING: "instalador instaladora que_instaló que_los_instaló que_ha_instalado",
    p.OTHER: "otro otra otros otras anterior anteriores",
    p.WE: "nosotros nosotras",
    p.WE_ARE: "somos fuimos hemos éramos habíamos confirmamos",
    p.OUR: "nuestra nuestro nuestros nuestras",
    p.OURS: "de_los_nuestros",
    p.PEOPLE: "empresa compañía técnicos instaladores operarios parte personal",
    p.BY: "por",
    p.YOU: "ustedes vosotros usted",
    p.IS: "es son fue fueron sido era eran está están ser",
    p.HAVE: "ha han había habían he haber",
    p.DEVICES: "contadores dispositivos equipos medidores aparatos identificadores",
    p.DEVICE: "equipo contador dispositivo medidor aparato",
    p.THESE: "estos estas dichos dichas ellos ellas los_mismos lista listado esos esas los_dos",
    p.THIS: "este esta ese esto",
    p.ALL: "todos todas ambos ambas cada todo",
    p.REST: "resto restantes demás",
    p.ONE: "uno una un",
    p.POSITION: "primero primer primera primeros último última últimos segundo segunda tercero"
    " fila filas",
    p.LISTED: "indicados mencionados citados listados indican mencionan solicitados siguientes"
    " adjuntos relacionados enumerados enviada enviado",
    p.ARTICLE: "el los las la lo",
    p.OF: "de del entre",
    p.PARTLY: "algunos algunas algunos_de varios varias mayoría no_todos no_todas mitad",
    p.ONLY: "salvo excepto menos solo sólo solamente únicamente excepción",
    p.KIND: "gas electricidad eléctrico eléctricos luz",
    p.DOUBT: "todavía aún quizás quizá probablemente creemos parece parecen verificar comprobar"
    " tal_vez seguro seguros sabemos sería serían posiblemente a_lo_mejor aparentemente"
    " constancia sustituido suponemos pensamos duda dudas más consta creo",
    p.CLAIM: "dice dicen según afirma falso error cierto verdad niega incorrecto supuestamente",
    p.ON_BEHALF: "contratista subcontrata subcontratista filial nombre encargo propietario"
    " para_nosotros cuenta socio grupo matriz subcontratado mismos",
    p.UNFINISHED: "borrador prueba",
    p.BUT: "pero aunque embargo obstante",
    p.IF: "si cuando",
    p.THAT: "que y porque ya_que pues así_que por_lo_que por_tanto luego e",
    p.RATHER: "sino",
    p.CODE: "código códigos código_de_instalación códigos_de_instalación clave_de_instalación"
    " claves_de_instalación",
    p.ASK: "por_favor podrían podría pueden puede rogamos agradeceríamos agradecemos"
    " solicitamos pedimos ruego quisiéramos desearíamos agradecería solicito solicitar pido"
    " favor",
    p.NEED: "necesitamos necesito necesitaríamos faltan falta precisamos requerimos hacen_falta"
    " buscamos necesitan",
    p.GIVE: "enviar envíen envíe enviarnos facilitar faciliten facilitarnos proporcionar"
    " proporcionarnos proporcionen remitir remitan remitirnos dar darnos mandar manden"
    " mandarnos pasar pasarnos compartir indicarnos comunicarnos recibir obtener envíenos"
    " responder hacernos_llegar envío mándennos",
    p.REQUEST: "solicitud petición consulta",
    p.CANCEL: "cancelar cancelen anular anulen anulamos cancelamos ignorar ignoren retirar"
    " retiramos descarten descartar desestimen esperar esperen anulada cancelada cancelado"
    " suspender",
    p.WARN: "hackeado hackeada comprometido comprometida comprometidos fraude fraudulento"
    " suplantación phishing alerta ataque pirateado",
    p.FAULT: "funciona funcionan inválido inválidos rechazado erróneo erróneos incorrectos"
    " retirado en_servicio sirve sirven",
    p.DISPUTE: "desacuerdo disputamos aceptamos discrepamos impugnamos",
    p.CHASE: "recordatorio recordamos pendiente pendientes esperando",
    p.THANKS: "gracias",
    p.ATTACHED: "adjunto adjunta adjuntamos anexo archivo_adjunto",
    p.LATER: "responderemos contestaremos tramitando revisaremos trasladado",
    p.FILLER: "lamentablemente buenos días buenas tardes noches estimados estimado estimada"
    " señores señor señora confirmo saludos saludo cordial cordiales atentamente su sus"
    " lo_siento en con para a al se nos les le hola informamos registros registro datos cliente"
    " clientes ya antes cuando_asumimos suministro dirección direcciones punto puntos correo"
    " mensaje relación respuesta respecto desde asumimos contactar contacten dirigirse"
    " diríjanse sentimos lamentamos presente tras revisión revisar comprobado revisado base"
    " sistema muchas un_saludo también cambio nuevo nuevos",
}  # fmt: skip
