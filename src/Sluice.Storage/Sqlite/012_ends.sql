-- A customer's version and last journal row are those of its last gathered row: commits leave this table alone. What came since is
-- told by the journal, whose rows after 'gathered' in counter are not in order of customers yet.
create table customer_end (
    scope integer not null,
    key integer not null,
    version integer not null,
    last_no integer not null,
    primary key (scope, key)
) strict, without rowid;

insert into customer_end (scope, key, version, last_no)
select v.scope, v.key, coalesce(r.before, v.version), iif(r.before is null, v.last_no, v.gathered)
from customer_version v
left join (
    select j.scope, j.customer, min(j.version) - 1 as before
    from journal j not indexed join customer_version v on v.scope = j.scope and v.key = j.customer and j.no > v.gathered
    where j.no > (select next from counter where name = 'gathered')
    group by j.scope, j.customer) r on r.scope = v.scope and r.customer = v.key
order by v.scope, v.key;

drop table customer_version;
alter table customer_end rename to customer_version;
