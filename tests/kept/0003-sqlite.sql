BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE audit (
	seq BIGINT NOT NULL, 
	at VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	event VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	previous VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-12-01T10:00:00.000000Z','kim','contacts.passwords','GAIN','GAIN','{"on_file":1}','0000000000000000000000000000000000000000000000000000000000000000','128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749');
INSERT INTO "audit" VALUES(2,'2026-12-01T10:00:00.000000Z','kim','contacts.columns','GAIN','GAIN','{"after":"Device ID in ''Meter'', answer in ''Outcome''","before":"none"}','128d5aea4b543022c1884d76ecce779ddb44e6517b93364f045ed28e09045749','81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7');
INSERT INTO "audit" VALUES(3,'2026-12-01T10:00:00.000000Z','kim','installed.declared','installed devices','','{"before":null,"complete_as_of":"2026-11-01"}','81a61693fccaf16132ceec4bcb5522bcba134206fd68e75f69d78b08f960f1e7','52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62');
INSERT INTO "audit" VALUES(4,'2026-12-01T10:00:00.000000Z','exchange','mail.kept','mail 1','GAIN','{"sender":"Ünï"}','52defe4a3f6b3952bee1677eb506396b2c6412758a966f5d3bd626d9fa35fc62','80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
CREATE TABLE code_dispute (
	id INTEGER NOT NULL, 
	code_tag VARCHAR NOT NULL, 
	case_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	rival_case_id INTEGER NOT NULL, 
	rival VARCHAR NOT NULL, 
	rival_party VARCHAR NOT NULL, 
	mail_id INTEGER NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	ruling VARCHAR NOT NULL, 
	ruled_at VARCHAR(27), 
	PRIMARY KEY (id), 
	FOREIGN KEY(case_id) REFERENCES gained_case (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	FOREIGN KEY(rival_case_id) REFERENCES gained_case (id), 
	CONSTRAINT uq_code_dispute_code_rival UNIQUE (code_tag, rival_case_id)
);
INSERT INTO "code_dispute" VALUES(1,'16b1f24a076e7e22a698c2040df977f1',1,'00-DB-12-34-56-78-90-01','MORE',2,'00-DB-12-34-56-78-90-02','GAIN',1,'2026-12-01T10:00:00.000000Z','',NULL);
CREATE TABLE counter (
	name VARCHAR NOT NULL, 
	value INTEGER NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "counter" VALUES('A2612',1);
INSERT INTO "counter" VALUES('Q2612',1);
CREATE TABLE delivery_report (
	id INTEGER NOT NULL, 
	mail_id INTEGER NOT NULL, 
	outbox_id INTEGER NOT NULL, 
	request_id INTEGER, 
	status VARCHAR NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	ruling VARCHAR NOT NULL, 
	ruled_at VARCHAR(27), 
	PRIMARY KEY (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id), 
	FOREIGN KEY(request_id) REFERENCES outbound_request (id), 
	CONSTRAINT uq_delivery_report_mail_letter UNIQUE (mail_id, outbox_id)
);
INSERT INTO "delivery_report" VALUES(1,1,1,1,'5.1.1','2026-12-01T10:00:00.000000Z','',NULL);
CREATE TABLE fact (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "fact" VALUES('references.kept_by','e0ca9d8d61bb3772');
INSERT INTO "fact" VALUES('audit.head','4 80a4eb100824d272f3b75b40ef0a6771eabb81941a364c2da5511dade6d10ec2');
INSERT INTO "fact" VALUES('installed.complete_as_of','2026-11-01');
INSERT INTO "fact" VALUES('references.kept_by.A2612','e0ca9d8d61bb3772');
INSERT INTO "fact" VALUES('references.kept_by.Q2612','e0ca9d8d61bb3772');
CREATE TABLE gained_case (
	id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	device_type VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	opened_at VARCHAR(27) NOT NULL, 
	source TEXT NOT NULL, 
	sealed_code BLOB, 
	code_tag VARCHAR NOT NULL, 
	code_from VARCHAR NOT NULL, 
	code_at VARCHAR(27), 
	closed_at VARCHAR(27), 
	PRIMARY KEY (id)
);
INSERT INTO "gained_case" VALUES(1,'00-DB-12-34-56-78-90-01','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',X'010051580CBB124F9159FCE493EF0C980A9007CCA245C45FA206764D8FEDDA0B933E65DB0E1C22601EC09D66F0FE142D0CF4A657089503DEF74D','16b1f24a076e7e22a698c2040df977f1','',NULL,NULL);
INSERT INTO "gained_case" VALUES(2,'00-DB-12-34-56-78-90-02','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',NULL,'','',NULL,NULL);
INSERT INTO "gained_case" VALUES(3,'00-DB-12-34-56-78-90-03','','seeking','2026-12-01T10:00:00.000000Z','gained.csv',NULL,'','',NULL,'2026-12-01T10:00:00.000000Z');
CREATE TABLE inbound_device (
	id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	device_type VARCHAR NOT NULL, 
	place TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	seen BLOB, 
	outbox_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id), 
	FOREIGN KEY(request_id) REFERENCES inbound_request (id)
);
INSERT INTO "inbound_device" VALUES(1,1,'00-DB-12-34-56-78-90-00','ESME','row 1','provided','',NULL,1);
INSERT INTO "inbound_device" VALUES(2,1,'','','row 2','unreadable','one digit is missing',X'010051580CBB124F915984B92A255817D1C8604E7158EFA221C0667649E45250C924CF77734D57110B9B37F3A0EC6C',NULL);
CREATE TABLE inbound_request (
	id INTEGER NOT NULL, 
	ref VARCHAR NOT NULL, 
	mail_id INTEGER NOT NULL, 
	party VARCHAR NOT NULL, 
	their_ref TEXT NOT NULL, 
	received_at VARCHAR(27) NOT NULL, 
	day_zero DATE NOT NULL, 
	due_on DATE NOT NULL, 
	due_at VARCHAR(27) NOT NULL, 
	rule TEXT NOT NULL, 
	calendar VARCHAR NOT NULL, 
	answered BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(mail_id) REFERENCES mail (id), 
	UNIQUE (mail_id), 
	UNIQUE (ref)
);
INSERT INTO "inbound_request" VALUES(1,'MP121-LOSE-2612-A00001',1,'GAIN','4711','2026-12-01T10:00:00.000000Z','2026-12-15','2026-12-15','2026-12-01T10:00:00.000000Z','a rule','ENG',0);
CREATE TABLE leg (
	id INTEGER NOT NULL, 
	case_id INTEGER NOT NULL, 
	device VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	request_id INTEGER, 
	accepted_on DATE, 
	due_on DATE, 
	next_due DATE, 
	overdue BOOLEAN NOT NULL, 
	level INTEGER NOT NULL, 
	answered_at VARCHAR(27), 
	answer_mail_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(answer_mail_id) REFERENCES mail (id), 
	FOREIGN KEY(case_id) REFERENCES gained_case (id), 
	FOREIGN KEY(request_id) REFERENCES outbound_request (id), 
	CONSTRAINT uq_leg_case_party UNIQUE (case_id, party)
);
INSERT INTO "leg" VALUES(1,1,'00-DB-12-34-56-78-90-01','MORE',0,'sent',1,'2026-12-15','2026-12-15','2026-12-15',1,1,'2026-12-01T10:00:00.000000Z',1);
INSERT INTO "leg" VALUES(2,2,'00-DB-12-34-56-78-90-02','MORE',0,'sent',1,'2026-12-15','2026-12-15','2026-12-15',1,1,NULL,1);
CREATE TABLE leg_rung (
	leg_id INTEGER NOT NULL, 
	rung VARCHAR NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	outbox_id INTEGER, 
	PRIMARY KEY (leg_id, rung), 
	FOREIGN KEY(leg_id) REFERENCES leg (id), 
	FOREIGN KEY(outbox_id) REFERENCES outbox (id)
);
INSERT INTO "leg_rung" VALUES(1,'reminder 5','2026-12-01T10:00:00.000000Z',1);
INSERT INTO "leg_rung" VALUES(2,'reminder 5','2026-12-01T10:00:00.000000Z',NULL);
CREATE TABLE mail (
	id INTEGER NOT NULL, 
	mailbox VARCHAR NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	content_hash VARCHAR NOT NULL, 
	message_id TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	arrived_at VARCHAR(27) NOT NULL, 
	kept_at VARCHAR(27) NOT NULL, 
	sealed BLOB NOT NULL, 
	state VARCHAR NOT NULL, 
	folder VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	party VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	decided_at VARCHAR(27), 
	resolved_at VARCHAR(27), 
	resolution TEXT NOT NULL, next_fetch_at VARCHAR(27), asks VARCHAR, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_mail_place UNIQUE (mailbox, uidvalidity, uid)
);
INSERT INTO "mail" VALUES(1,'codes',4294967295,7,'ab','<m@x>','codes@gain.example','Ümlaut, and a ''quote''',6,'2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z',X'010051580CBB124F9159EE79C4DB037FE48A9CA39B1CECFDC00ABC80836F0AD2EC7293397E71B014BD40DCC124AED04F','filed','review','request','a reason','GAIN','MP121-LOSE-2612-A00001',1,'2026-12-01T10:00:00.000000Z',NULL,'',NULL,NULL);
CREATE TABLE outbound_request (
	id INTEGER NOT NULL, 
	ref VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	accepted_at VARCHAR(27), 
	day_zero DATE, 
	due_on DATE, 
	due_at VARCHAR(27), 
	rule TEXT NOT NULL, 
	calendar VARCHAR NOT NULL, 
	sla_days INTEGER NOT NULL, 
	acknowledged_at VARCHAR(27), 
	returns_on DATE, 
	PRIMARY KEY (id), 
	UNIQUE (message_id), 
	UNIQUE (ref)
);
INSERT INTO "outbound_request" VALUES(1,'MP121-LOSE-2612-Q00001','MORE','<q@x>','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-15','2026-12-15','2026-12-01T10:00:00.000000Z','a rule','ENG',10,NULL,'2026-12-15');
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	message_id VARCHAR NOT NULL, 
	purpose VARCHAR NOT NULL, 
	ref VARCHAR NOT NULL, 
	party VARCHAR NOT NULL, 
	recipient VARCHAR NOT NULL, 
	codes INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	size INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	created_at VARCHAR(27) NOT NULL, 
	next_attempt_at VARCHAR(27) NOT NULL, 
	attempted_at VARCHAR(27), 
	accepted_at VARCHAR(27), 
	reply TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (message_id)
);
INSERT INTO "outbox" VALUES(1,'<a@x>','answer','MP121-LOSE-2612-A00001','GAIN','codes@gain.example',1,X'010051580CBB124F9159456F0D6F0A40106CA301783FF73DA22FE7BD9DC8D827B18FACAA3F31AC61A3369E3B526ABE01508A',8,'sent',1,'2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','2026-12-01T10:00:00.000000Z','250 ok');
CREATE TABLE party (
	signifier VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	mpids VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	request_address VARCHAR NOT NULL, 
	reply_address VARCHAR NOT NULL, 
	escalation TEXT NOT NULL, 
	sla_days INTEGER, 
	sla_agreed TEXT NOT NULL, 
	max_mail_mb INTEGER, 
	active BOOLEAN NOT NULL, 
	confirmed_on DATE, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier)
);
INSERT INTO "party" VALUES('GAIN','Gain Energy','GAIN','supplier','codes@gain.example','codes@gain.example','[[1, "", "lead@gain.example"]]',NULL,'',NULL,1,NULL,'2026-12-01T10:00:00.000000Z');
INSERT INTO "party" VALUES('MORE','More Energy','MORE','supplier','codes@more.example','codes@more.example','[[1, "", "lead@more.example"]]',NULL,'',NULL,1,NULL,'2026-12-01T10:00:00.000000Z');
CREATE TABLE party_change (
	id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	actor VARCHAR NOT NULL, 
	source TEXT NOT NULL, 
	signifier VARCHAR NOT NULL, 
	field VARCHAR NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "party_change" VALUES(1,'2026-12-01T10:00:00.000000Z','test','test','GAIN','party','','Gain Energy, requests to codes@gain.example, MPIDs GAIN, escalation 1: lead@gain.example');
INSERT INTO "party_change" VALUES(2,'2026-12-01T10:00:00.000000Z','test','test','MORE','party','','More Energy, requests to codes@more.example, MPIDs MORE, escalation 1: lead@more.example');
INSERT INTO "party_change" VALUES(3,'2026-12-01T10:00:00.000000Z','kim','columns','GAIN','columns','','Device ID in ''Meter'', answer in ''Outcome''');
CREATE TABLE party_columns (
	signifier VARCHAR NOT NULL, 
	maps TEXT NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier), 
	FOREIGN KEY(signifier) REFERENCES party (signifier)
);
INSERT INTO "party_columns" VALUES('GAIN','[{"device": "Meter", "code": null, "status": "Outcome", "comment": null, "device_type": null, "installed": null, "header_row": 0, "file": "", "sheet": ""}]','2026-12-01T10:00:00.000000Z');
CREATE TABLE party_secret (
	signifier VARCHAR NOT NULL, 
	sealed BLOB NOT NULL, 
	updated_at VARCHAR(27) NOT NULL, 
	PRIMARY KEY (signifier), 
	FOREIGN KEY(signifier) REFERENCES party (signifier)
);
INSERT INTO "party_secret" VALUES('GAIN',X'010051580CBB124F9159AA2D6210C2CD2DCF72739BADAFFD0162312C4F3E26E3EC2EDBA3631523CAC2F0765BB7766DA315D5B45C84EF1C845B6BC205EB91393A','2026-12-01T10:00:00.000000Z');
CREATE TABLE vault_bucket (
	start INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	sealed BLOB NOT NULL, 
	PRIMARY KEY (start)
);
INSERT INTO "vault_bucket" VALUES(0,2,X'0151580CBB124F9159BE0AC91C47CE77350EE56BB5C0849913D8049F6D0EECFCC983636E9623BE0AB57B150851C766DE083019DBB2BCEF5A21F001CAB319DA693D65079629706193492D9FBDA8CE1017120E6E75314CF65B68502E1A98A019CC9B5F4BF26329963217E24CF667005C1A96E05DD0EC3D9B85C8D95202AA3425118D8056EB914E29AB4DD5D4B6BC728B5169FB15AD4ACD2961133B4A8BA67498B10076ACF06B6556129DA04E3BE7882FD0C1');
CREATE TABLE vault_head (
	id INTEGER NOT NULL, 
	format INTEGER NOT NULL, 
	key_id VARCHAR(16) NOT NULL, 
	generation INTEGER NOT NULL, 
	stamp BLOB NOT NULL, 
	wrapped_keys BLOB NOT NULL, 
	manifest BLOB NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "vault_head" VALUES(1,1,'7507bbe1d340e407',2,X'280AEB766CA54E603E9BBC5161EAC3FA',X'01A0DB9004F46C55B14D02C10BFD16CECB6A64C961FF1C5D190C8B010A9904F3B2D278CBBE7F6175A3B776028C78746CFF88D0177AE578FE594A4ACF55357EC555BDA2AEB8558745827D12CCE43A8B401D2C9E4CFEE7ECF79060CD56BA',X'51580CBB124F9159640E417B0B804F9329EBD37DA19ED823EA7BD6CE92DBD730A3DF5F48CFA3C21DBCD0BA78D36C9BEA5952932059E72672C50E193F4029325778BA6D69F674');
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_gained_case_code_tag ON gained_case (code_tag);
CREATE INDEX ix_gained_case_state ON gained_case (state);
CREATE UNIQUE INDEX uq_gained_case_open ON gained_case (device) WHERE closed_at IS NULL;
CREATE INDEX ix_mail_content_hash ON mail (content_hash);
CREATE INDEX ix_mail_message_id ON mail (message_id);
CREATE INDEX ix_mail_state ON mail (state);
CREATE INDEX ix_mail_unresolved ON mail (party, kind, arrived_at) WHERE folder IN ('review', 'shunted') AND resolved_at IS NULL;
CREATE INDEX ix_outbound_request_created_at ON outbound_request (created_at);
CREATE INDEX ix_outbound_request_party ON outbound_request (party);
CREATE INDEX ix_outbox_attempted_at ON outbox (attempted_at);
CREATE INDEX ix_outbox_created_at ON outbox (created_at);
CREATE INDEX ix_outbox_due ON outbox (state, next_attempt_at);
CREATE INDEX ix_outbox_ref ON outbox (ref);
CREATE INDEX ix_party_reply_address ON party (reply_address);
CREATE INDEX ix_party_request_address ON party (request_address);
CREATE INDEX ix_party_change_signifier ON party_change (signifier);
CREATE INDEX ix_inbound_request_answered ON inbound_request (answered);
CREATE INDEX ix_inbound_request_party ON inbound_request (party);
CREATE INDEX ix_inbound_request_received_at ON inbound_request (received_at);
CREATE INDEX ix_leg_next_due ON leg (next_due, request_id) WHERE next_due IS NOT NULL;
CREATE INDEX ix_leg_party_device ON leg (party, device);
CREATE INDEX ix_leg_request ON leg (request_id, state, answered_at, level);
CREATE INDEX ix_leg_queued ON leg (party) WHERE state = 'queued' AND request_id IS NULL;
CREATE INDEX ix_inbound_device_device ON inbound_device (device);
CREATE INDEX ix_inbound_device_request ON inbound_device (request_id, state, outbox_id);
CREATE INDEX ix_code_dispute_mail ON code_dispute (mail_id);
CREATE INDEX ix_code_dispute_unruled ON code_dispute (rival_case_id) WHERE ruling = '';
CREATE INDEX ix_mail_next_fetch ON mail (mailbox, next_fetch_at) WHERE next_fetch_at IS NOT NULL;
CREATE INDEX ix_delivery_report_unruled ON delivery_report (request_id) WHERE ruling = '';
COMMIT;
