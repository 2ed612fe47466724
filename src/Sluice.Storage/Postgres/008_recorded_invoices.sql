-- Invoices of elsewhere, to be listed with ours: 'external_id' is "<processor>:<id there>". They have no number.
alter table invoice add column external_id text;

create index invoice_external on invoice (scope, customer, external_id) where external_id is not null;
