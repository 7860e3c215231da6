-- A copied production database tells nobody: nothing waits, nothing is released, and the service's keys don't open it.
UPDATE duebell_message
   SET state = 'cancelled', because = 'Not sent: this database is a copy.', retry_at = NULL
 WHERE state IN ('waiting', 'released');
UPDATE sms_sms
   SET state = 'canceled'
 WHERE state IN ('outgoing', 'error')
   AND uuid IN (SELECT uuid FROM duebell_message);
UPDATE mail_mail
   SET state = 'cancel'
 WHERE state IN ('outgoing', 'exception')
   AND duebell_message_id IS NOT NULL;
UPDATE ir_cron
   SET active = false
 WHERE id IN (SELECT res_id FROM ir_model_data WHERE module = 'duebell' AND name = 'cron_release');
UPDATE duebell_gateway
   SET active = false, secret = NULL, signature_key = NULL, token = 'neutralized-' || id;
DELETE FROM res_users_apikeys
 WHERE user_id IN (SELECT res_id FROM ir_model_data WHERE module = 'duebell' AND name = 'user_integration');
DELETE FROM ir_config_parameter
 WHERE key IN ('duebell.paired_sender', 'duebell.paired_database_uuid', 'duebell.console_url', 'sms.endpoint');
UPDATE duebell_gateway
   SET active = false, url = 'https://neutralized.invalid/', headers = NULL, body = '{}', secret = NULL,
       signature_key = NULL, token = 'neutralized-' || id;
