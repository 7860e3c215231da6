-- So many customers (:customers), each with 20 events and a message for each; of the last 100 customers the messages wait.
INSERT INTO res_partner (name, complete_name, active, type, is_company, company_id, create_date, write_date)
SELECT 'Customer ' || n, 'Customer ' || n, true, 'contact', false, 1, now(), now()
  FROM generate_series(1, :customers) n;
INSERT INTO duebell_customer (environment, external_id, partner_id, company_id, name, reference, status, stage, currency_id,
                              total_overdue, amount_to_restore, last_epoch, last_sequence, last_event_type, last_event_at,
                              due_on, next_step_on, create_date, write_date)
SELECT 'Crowd', 'c-' || n, p.id, 1, p.name, 'B-' || n, 'active', CASE n % 20 WHEN 0 THEN 'overdue' WHEN 1 THEN 'suspended' ELSE 'current' END,
       (SELECT currency_id FROM res_company WHERE id = 1), CASE n % 20 WHEN 0 THEN 30 ELSE 0 END, 0, 1,
       '00000000000000000001', 'invoice.generated', now(), CASE n % 20 WHEN 0 THEN current_date - n % 60 END,
       CASE n % 20 WHEN 0 THEN current_date + n % 30 END, now(), now()
  FROM (SELECT id, name, row_number() OVER (ORDER BY id)::int AS n FROM res_partner WHERE name LIKE 'Customer %') p;
INSERT INTO duebell_event (event_id, replay, type, "case", customer_id, company_id, occurred_at, recorded_at, invoice_number,
                           payload, content_hash, create_date, write_date)
SELECT gen_random_uuid(), 0, (ARRAY['invoice.generated', 'invoice.overdue', 'invoice.paid'])[1 + k % 3], 'any', c.id, 1,
       now() - k * interval '30 days' - c.id % 2592000 * interval '1 second', now(), 'INV-' || c.id || '-' || k / 3,
       '{"data": {"customer": {"name": "Customer"}, "standing": {}}}', 'x', now(), now()
  FROM duebell_customer c, generate_series(0, 19) k
 WHERE c.environment = 'Crowd';
INSERT INTO duebell_message (event_id, customer_id, company_id, channel, recipient, uuid, state, lang, body, parts, due_at,
                             released_at, rule_id, goes_first, create_date, write_date)
SELECT e.id, e.customer_id, 1, 'sms', '+12025550123', replace(gen_random_uuid()::text, '-', ''),
       (ARRAY['delivered', 'delivered', 'delivered', 'failed'])[1 + e.id % 4], 'en_US', 'A text.', 1, e.occurred_at,
       e.occurred_at, (SELECT min(id) FROM duebell_message_rule WHERE event_type = e.type), false, e.occurred_at, e.occurred_at
  FROM duebell_event e
  JOIN duebell_customer c ON c.id = e.customer_id
 WHERE c.environment = 'Crowd';
UPDATE duebell_message
   SET state = 'waiting', released_at = NULL
 WHERE customer_id > (SELECT max(id) FROM duebell_customer) - :waiting;
ANALYZE;
