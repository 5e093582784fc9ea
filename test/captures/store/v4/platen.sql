BEGIN TRANSACTION;
CREATE TABLE documents (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "documents" VALUES('held',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":4,"digest":"sha256:c20dea4d876b5b8fb0a1814b43017030cea6d4ac30b2d9ae71b404d2faba49b5"}');
INSERT INTO "documents" VALUES('large',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":70000,"digest":"sha256:4f772cad45a568461aeb93ed8e3451422e5ba92d94c01a3355cb02e75c4b387e"}');
INSERT INTO "documents" VALUES('printed',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":7,"digest":"sha256:dda3af6e69b6a7572b645336a52b4b688537a9c039049889c19f99320a798bf9"}');
INSERT INTO "documents" VALUES('printing',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":8,"digest":"sha256:aae5570e24fceb160ad89022cc4ecf8f225aefb7cbe196c5758acc46a486b0e2"}');
INSERT INTO "documents" VALUES('small',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":16,"digest":"sha256:9b34e9b4f7f7f18e847851c90a5974f0f9218eacbaf7b40dd2902c73991cbe42"}');
INSERT INTO "documents" VALUES('timed',1,'{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":5,"digest":"sha256:2fa598562b7464e057fbd483a54204ceeffbc4f844305de40801f13d6a3b9643"}');
CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      body TEXT NOT NULL
    ) STRICT;
INSERT INTO "events" VALUES(1,'{"type":"printer-created","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"name":"Office","accepting":true,"enabled":true,"printerEvents":["INITIALIZE"]}}');
INSERT INTO "events" VALUES(2,'{"type":"job-created","jobId":"small","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":1,"name":"job small","userName":"ann","state":"pending","reasons":["job-incoming"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(3,'{"type":"job-state-changed","jobId":"small","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":1,"name":"job small","userName":"ann","state":"pending","reasons":["job-queued"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(4,'{"type":"job-created","jobId":"large","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":2,"name":"job large","userName":"ann","state":"pending","reasons":["job-incoming"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(5,'{"type":"job-state-changed","jobId":"large","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":2,"name":"job large","userName":"ann","state":"pending","reasons":["job-queued"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(6,'{"type":"job-created","jobId":"held","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":3,"name":"job held","userName":"ann","state":"pending-held","reasons":["job-incoming","job-hold-until-specified"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(7,'{"type":"job-state-changed","jobId":"held","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":3,"name":"job held","userName":"ann","state":"pending-held","reasons":["job-hold-until-specified"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(8,'{"type":"job-created","jobId":"timed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":4,"name":"job timed","userName":"ann","state":"pending-held","reasons":["job-incoming","job-hold-until-specified"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(9,'{"type":"job-state-changed","jobId":"timed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":4,"name":"job timed","userName":"ann","state":"pending-held","reasons":["job-hold-until-specified"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(10,'{"type":"job-created","jobId":"printing","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":5,"name":"job printing","userName":"ann","state":"pending","reasons":["job-incoming"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(11,'{"type":"job-state-changed","jobId":"printing","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":5,"name":"job printing","userName":"ann","state":"pending","reasons":["job-queued"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(12,'{"type":"job-state-changed","jobId":"printing","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":5,"name":"job printing","userName":"ann","state":"processing","reasons":["job-printing"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(13,'{"type":"job-created","jobId":"printed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":6,"name":"job printed","userName":"ann","state":"pending","reasons":["job-incoming"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(14,'{"type":"job-state-changed","jobId":"printed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":6,"name":"job printed","userName":"ann","state":"pending","reasons":["job-queued"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(15,'{"type":"job-state-changed","jobId":"printed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":6,"name":"job printed","userName":"ann","state":"processing","reasons":["job-printing"],"message":"","possiblyPrintedTwice":false}}');
INSERT INTO "events" VALUES(16,'{"type":"job-state-changed","jobId":"printed","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":6,"name":"job printed","userName":"ann","state":"completed","reasons":["job-completed-successfully"],"message":"","possiblyPrintedTwice":false,"outcome":"sent"}}');
INSERT INTO "events" VALUES(17,'{"type":"job-created","jobId":"arriving","at":{"ms":1000,"trusted":true},"spooler":"local","printerId":"printer-1","facts":{"number":7,"name":"job arriving","userName":"ann","state":"pending","reasons":["job-incoming"],"message":"","possiblyPrintedTwice":false}}');
CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      number INTEGER NOT NULL,
      printer_id TEXT NOT NULL,
      user_name TEXT NOT NULL,
      ended INTEGER NOT NULL,
      ended_seq INTEGER,
      turn INTEGER NOT NULL,
      port_name TEXT,
      local_port INTEGER,
      body TEXT NOT NULL, hold_until_ms INTEGER, retained INTEGER NOT NULL DEFAULT 0, ended_ms INTEGER, document_bytes INTEGER NOT NULL DEFAULT 0,
      UNIQUE (spooler, number)
    ) STRICT;
INSERT INTO "jobs" VALUES('small','local',1,'printer-1','ann',0,NULL,51,NULL,NULL,'{"id":"small","spooler":"local","number":1,"printerId":"printer-1","name":"job small","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"pending","reasons":["job-queued"],"message":"","priority":50,"copies":1,"incoming":false,"attempts":0,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,NULL,16);
INSERT INTO "jobs" VALUES('large','local',2,'printer-1','ann',0,NULL,51,NULL,NULL,'{"id":"large","spooler":"local","number":2,"printerId":"printer-1","name":"job large","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"pending","reasons":["job-queued"],"message":"","priority":50,"copies":1,"incoming":false,"attempts":0,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,NULL,70000);
INSERT INTO "jobs" VALUES('held','local',3,'printer-1','ann',0,NULL,200,NULL,NULL,'{"id":"held","spooler":"local","number":3,"printerId":"printer-1","name":"job held","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"pending-held","reasons":["job-hold-until-specified"],"hold":{"kind":"indefinite"},"message":"","priority":50,"copies":1,"incoming":false,"attempts":0,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,NULL,4);
INSERT INTO "jobs" VALUES('timed','local',4,'printer-1','ann',0,NULL,200,NULL,NULL,'{"id":"timed","spooler":"local","number":4,"printerId":"printer-1","name":"job timed","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"pending-held","reasons":["job-hold-until-specified"],"hold":{"kind":"time","ms":4000000000000},"message":"","priority":50,"copies":1,"incoming":false,"attempts":0,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"attributes":{}}',4000000000000,0,NULL,5);
INSERT INTO "jobs" VALUES('printing','local',5,'printer-1','ann',0,NULL,0,'port-1',1023,'{"id":"printing","spooler":"local","number":5,"printerId":"printer-1","name":"job printing","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"processing","reasons":["job-printing"],"message":"","priority":50,"copies":1,"incoming":false,"attempts":1,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"processingAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,NULL,8);
INSERT INTO "jobs" VALUES('printed','local',6,'printer-1','ann',1,18,1000,'port-1',1023,'{"id":"printed","spooler":"local","number":6,"printerId":"printer-1","name":"job printed","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"completed","reasons":["job-completed-successfully"],"message":"","priority":50,"copies":1,"incoming":false,"attempts":1,"possiblyPrintedTwice":false,"outcome":"sent","retained":false,"createdAt":{"ms":1000,"trusted":true},"processingAt":{"ms":1000,"trusted":true},"endedAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,1000,7);
INSERT INTO "jobs" VALUES('arriving','local',7,'printer-1','ann',0,NULL,150,NULL,NULL,'{"id":"arriving","spooler":"local","number":7,"printerId":"printer-1","name":"job arriving","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"state":"pending","reasons":["job-incoming"],"message":"","priority":50,"copies":1,"incoming":true,"attempts":0,"possiblyPrintedTwice":false,"retained":false,"createdAt":{"ms":1000,"trusted":true},"attributes":{}}',NULL,0,NULL,0);
CREATE TABLE journal (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      entry INTEGER NOT NULL,
      segment INTEGER NOT NULL,
      offset_bytes INTEGER NOT NULL
    ) STRICT;
INSERT INTO "journal" VALUES(1,12,2,9637);
CREATE TABLE lingering (
      spooler TEXT NOT NULL,
      port_name TEXT NOT NULL,
      local_port INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (spooler, port_name, local_port)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE locations (
      job_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      offset_bytes INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL, frame_bytes INTEGER NOT NULL DEFAULT -1,
      PRIMARY KEY (job_id, number)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "locations" VALUES('held',1,'segment','00000002.seg',3252,4,2745);
INSERT INTO "locations" VALUES('large',1,'file','b2808fec-63b7-4376-bb1a-79caadf8b64b.doc',0,70000,-1);
INSERT INTO "locations" VALUES('printing',1,'segment','00000002.seg',6064,8,5548);
INSERT INTO "locations" VALUES('small',1,'segment','00000002.seg',1042,16,531);
INSERT INTO "locations" VALUES('timed',1,'segment','00000002.seg',4652,5,4096);
CREATE TABLE logs (
      spooler TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      seq INTEGER NOT NULL,
      last_job_number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "logs" VALUES('local',0,1,'node-a',19,7);
CREATE TABLE memories (spooler TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE printers (
      id TEXT PRIMARY KEY,
      spooler TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (spooler, folded_name)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "printers" VALUES('printer-1','local','office','{"id":"printer-1","spooler":"local","name":"Office","description":"","location":"","portNames":[],"accepting":true,"enabled":true,"interrupted":"restart","startPrinting":"spooled","formats":["application/octet-stream"],"holdNewJobs":false,"note":"","defaults":{},"quotas":{},"access":{},"raw":{},"documentRetention":{"jobs":0},"historyRetention":{"jobs":1000},"createdAt":{"ms":1000,"trusted":true},"changedAt":{"ms":1000,"trusted":true}}');
CREATE TABLE queue_lengths (
      spooler TEXT NOT NULL,
      printer_id TEXT NOT NULL,
      jobs INTEGER NOT NULL, bytes INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (spooler, printer_id)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "queue_lengths" VALUES('local','printer-1',6,70033);
CREATE TABLE rebuilds (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE records (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, seq)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "records" VALUES('local',1,0,1,'node-a','printer.created','{"printer":{"id":"printer-1","spooler":"local","name":"Office","description":"","location":"","portNames":[],"accepting":true,"enabled":true,"holdNewJobs":false,"note":"","defaults":{},"quotas":{},"access":{},"raw":{},"documentRetention":{"jobs":0},"historyRetention":{"jobs":1000},"interrupted":"restart","startPrinting":"spooled","formats":["application/octet-stream"],"createdAt":{"ms":1000,"trusted":true},"changedAt":{"ms":1000,"trusted":true}}}');
INSERT INTO "records" VALUES('local',2,0,1,'node-a','registry.key-created','{"path":["Monitors","tcp"]}');
INSERT INTO "records" VALUES('local',3,0,1,'node-a','registry.values-set','{"path":["Monitors","tcp"],"values":[{"name":"Host","value":{"type":"string","data":"printer.example"}}]}');
INSERT INTO "records" VALUES('local',4,0,1,'node-a','job.created','{"id":"small","printerId":"printer-1","name":"job small","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":false,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',5,0,1,'node-a','job.document-added','{"jobId":"small","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":16,"digest":"sha256:9b34e9b4f7f7f18e847851c90a5974f0f9218eacbaf7b40dd2902c73991cbe42"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',6,0,1,'node-a','job.created','{"id":"large","printerId":"printer-1","name":"job large","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":false,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',7,0,1,'node-a','job.document-added','{"jobId":"large","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":70000,"digest":"sha256:4f772cad45a568461aeb93ed8e3451422e5ba92d94c01a3355cb02e75c4b387e"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',8,0,1,'node-a','job.created','{"id":"held","printerId":"printer-1","name":"job held","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":true,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',9,0,1,'node-a','job.document-added','{"jobId":"held","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":4,"digest":"sha256:c20dea4d876b5b8fb0a1814b43017030cea6d4ac30b2d9ae71b404d2faba49b5"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',10,0,1,'node-a','job.created','{"id":"timed","printerId":"printer-1","name":"job timed","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":true,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true},"holdUntil":{"kind":"time","ms":4000000000000}}');
INSERT INTO "records" VALUES('local',11,0,1,'node-a','job.document-added','{"jobId":"timed","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":5,"digest":"sha256:2fa598562b7464e057fbd483a54204ceeffbc4f844305de40801f13d6a3b9643"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',12,0,1,'node-a','job.created','{"id":"printing","printerId":"printer-1","name":"job printing","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":false,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',13,0,1,'node-a','job.document-added','{"jobId":"printing","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":8,"digest":"sha256:aae5570e24fceb160ad89022cc4ecf8f225aefb7cbe196c5758acc46a486b0e2"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',14,0,1,'node-a','job.started','{"jobId":"printing","portName":"port-1","localPort":1023,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',15,0,1,'node-a','job.created','{"id":"printed","printerId":"printer-1","name":"job printed","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":false,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',16,0,1,'node-a','job.document-added','{"jobId":"printed","document":{"number":1,"name":"a document","format":"application/octet-stream","sizeBytes":7,"digest":"sha256:dda3af6e69b6a7572b645336a52b4b688537a9c039049889c19f99320a798bf9"},"last":true,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',17,0,1,'node-a','job.started','{"jobId":"printed","portName":"port-1","localPort":1023,"at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',18,0,1,'node-a','job.ended','{"jobId":"printed","state":"completed","outcome":"sent","reasons":["job-completed-successfully"],"message":"","at":{"ms":1000,"trusted":true}}');
INSERT INTO "records" VALUES('local',19,0,1,'node-a','job.created','{"id":"arriving","printerId":"printer-1","name":"job arriving","origin":{"door":"raw","userName":"ann","address":"192.0.2.1","authenticated":false},"priority":50,"copies":1,"hold":false,"incoming":true,"attributes":{},"at":{"ms":1000,"trusted":true}}');
CREATE TABLE registry_keys (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      parent_key TEXT NOT NULL,
      name TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "registry_keys" VALUES('local','monitors','','Monitors');
INSERT INTO "registry_keys" VALUES('local','monitors\tcp','monitors','tcp');
CREATE TABLE registry_values (
      spooler TEXT NOT NULL,
      path_key TEXT NOT NULL,
      folded_name TEXT NOT NULL,
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (spooler, path_key, folded_name)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "registry_values" VALUES('local','monitors\tcp','host','Host','{"type":"string","data":"printer.example"}');
CREATE TABLE set_aside (
      spooler TEXT NOT NULL,
      seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      node TEXT NOT NULL,
      type TEXT NOT NULL,
      payload TEXT NOT NULL,
      PRIMARY KEY (spooler, generation, counter, node, seq)
    ) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_queue ON jobs (spooler, printer_id, turn, number) WHERE ended = 0;
CREATE INDEX jobs_live ON jobs (spooler, turn, number) WHERE ended = 0;
CREATE INDEX jobs_unfinished ON jobs (spooler, number) WHERE ended = 0;
CREATE INDEX jobs_live_of_user ON jobs (spooler, user_name, turn, number) WHERE ended = 0;
CREATE INDEX jobs_past ON jobs (spooler, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_past_of_printer ON jobs (spooler, printer_id, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_past_of_user ON jobs (spooler, user_name, ended_seq) WHERE ended = 1;
CREATE INDEX jobs_of_printer ON jobs (spooler, printer_id, number);
CREATE INDEX jobs_of_user ON jobs (spooler, user_name, number);
CREATE INDEX locations_by_name ON locations (name);
CREATE INDEX registry_sub_keys ON registry_keys (spooler, parent_key);
CREATE INDEX jobs_timed_holds ON jobs (spooler, hold_until_ms)
      WHERE hold_until_ms IS NOT NULL;
CREATE INDEX jobs_retained ON jobs (spooler, printer_id, ended_seq) WHERE retained = 1;
CREATE INDEX jobs_past_by_time ON jobs (spooler, printer_id, ended_ms) WHERE ended = 1;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('events',17);
COMMIT;
PRAGMA user_version = 4;
