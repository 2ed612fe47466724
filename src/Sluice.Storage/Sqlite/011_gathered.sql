-- A customer's journal rows up to this one are in usage and in usage_day; the later ones come along. 'gathered' in counter
-- is what all customers' rows have reached.
alter table customer_version add column gathered integer not null default 0;

insert into usage (scope, customer, used_at, version, no, feature, value, properties, entity)
select scope, customer, used_at, version, no, feature, value, properties, entity from journal
where no > (select next from counter where name = 'gathered') and listed = 1
order by scope, customer, used_at, version;

update counter set next = max(next, (select coalesce(max(no), 0) from journal)) where name = 'gathered';
update customer_version set gathered = last_no;
