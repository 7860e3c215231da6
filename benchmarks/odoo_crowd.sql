-- So many customers (:customers), each with 20 events, a message for each, and an invoice; the messages of the last of them (:waiting) wait.
-- Events come by the time at which they occurred. Of a hundred customers: 5 overdue, 3 suspended, 1 limited, 1 restored, 20 due, 5 closed. Half of all were linked by a person; one in forty isn't yet.
INSERT INTO res_partner (name, complete_name, active, type, is_company, company_id, create_date, write_date)
SELECT 'Customer ' || n, 'Customer ' || n, true, 'contact', false, 1, now(), now()
  FROM generate_series(1, :customers) n;
INSERT INTO duebell_customer (environment, external_id, partner_id, company_id, name, reference, phone, status, stage, currency_id,
                              total_overdue, amount_to_restore, last_epoch, last_sequence, last_event_type, last_event_at,
                              due_on, overdue_since, next_step, next_step_on, create_date, write_date)
SELECT 'Crowd', 'c-' || n, p.id, 1, p.name, 'B-' || n, '+12025550123',
       CASE stage WHEN 'suspended' THEN 'suspended' WHEN 'limited' THEN 'limited' WHEN 'closed' THEN 'closed' ELSE 'active' END, stage,
       (SELECT currency_id FROM res_company WHERE id = 1), CASE WHEN owes THEN 30 ELSE 0 END,
       CASE WHEN stage IN ('suspended', 'limited') THEN 30 ELSE 0 END, 1, '00000000000000000001', 'invoice.generated', now(),
       CASE WHEN owes THEN current_date - n % 60 WHEN stage = 'due' THEN current_date + n % 14 END,
       CASE WHEN owes THEN current_date - n % 60 END,
       CASE WHEN owes THEN CASE stage WHEN 'suspended' THEN 'terminate' ELSE 'suspend' END END,
       CASE WHEN owes THEN current_date + n % 30 END, now(), now()
  FROM (SELECT id, name, n, stage, stage IN ('overdue', 'suspended', 'limited') AS owes
          FROM (SELECT id, name, n, CASE WHEN n % 100 < 5 THEN 'overdue' WHEN n % 100 < 8 THEN 'suspended'
                                         WHEN n % 100 = 8 THEN 'limited' WHEN n % 100 = 9 THEN 'restored'
                                         WHEN n % 100 < 30 THEN 'due' WHEN n % 100 < 35 THEN 'closed' ELSE 'current' END AS stage
                  FROM (SELECT id, name, row_number() OVER (ORDER BY id)::int AS n
                          FROM res_partner WHERE name LIKE 'Customer %') numbered) staged) p;
INSERT INTO duebell_invoice (customer_id, company_id, number, issued_on, due_on, currency_id, total, paid, outstanding, state,
                             create_date, write_date)
SELECT id, 1, 'INV-' || id, COALESCE(due_on, current_date - 40) - 14, COALESCE(due_on, current_date - 26), currency_id, 30,
       CASE WHEN due_on IS NULL THEN 30 ELSE 0 END, CASE WHEN due_on IS NULL THEN 0 ELSE 30 END,
       CASE WHEN due_on IS NULL THEN 'paid' ELSE 'open' END, now(), now()
  FROM duebell_customer
 WHERE environment = 'Crowd';
INSERT INTO duebell_event (event_id, replay, type, "case", customer_id, company_id, occurred_at, recorded_at, invoice_number,
                           payload, content_hash, create_date, write_date)
SELECT gen_random_uuid(), 0, (ARRAY['invoice.generated', 'invoice.overdue', 'invoice.paid'])[1 + (k + c.id) % 3], 'any', c.id, 1,
       now() - k * interval '30 days' - c.id * 7919::bigint % 2592000 * interval '1 second' AS occurred_at, now(), 'INV-' || c.id || '-' || k / 3,
       '{"data": {"customer": {"name": "Customer"}, "standing": {}}}', 'x', now(), now()
  FROM duebell_customer c, generate_series(0, 19) k
 WHERE c.environment = 'Crowd'
 ORDER BY occurred_at;
INSERT INTO duebell_message (event_id, event_type, customer_id, company_id, channel, recipient, uuid, state, lang, body, parts, due_at,
                             released_at, rule_id, goes_first, create_date, write_date)
SELECT e.id, e.type, e.customer_id, 1, 'sms', '+12025550123', replace(gen_random_uuid()::text, '-', ''),
       CASE e.id % 50 WHEN 0 THEN 'failed' ELSE 'delivered' END, 'en_US', 'A text.', 1, e.occurred_at,
       e.occurred_at, (SELECT min(id) FROM duebell_message_rule WHERE event_type = e.type), false, e.occurred_at, e.occurred_at
  FROM duebell_event e
  JOIN duebell_customer c ON c.id = e.customer_id
 WHERE c.environment = 'Crowd'
 ORDER BY e.id;
UPDATE duebell_message
   SET state = 'waiting', released_at = NULL
 WHERE customer_id > (SELECT max(id) FROM duebell_customer) - :waiting;
INSERT INTO duebell_stranger (environment, external_id, company_id, state, name, reference, last_event_type, last_event_at, create_date,
                              write_date)
SELECT 'Crowd', 's-' || n, 1, CASE n % 20 WHEN 0 THEN 'waiting' ELSE 'linked' END, 'Stranger ' || n, 'S-' || n, 'invoice.generated',
       now() - n * interval '1 minute', now(), now()
  FROM generate_series(1, :customers / 2) n;
INSERT INTO duebell_waiting_event (stranger_id, company_id, event_id, replay, type, occurred_at, entry, content_hash, create_date,
                                   write_date)
SELECT id, 1, gen_random_uuid(), 0, 'invoice.generated', last_event_at, '{}', 'x', now(), now()
  FROM duebell_stranger
 WHERE state = 'waiting';
