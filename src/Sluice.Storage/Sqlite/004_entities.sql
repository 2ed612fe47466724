-- The entities of all customers, for lists and for finding one by its id alone. 'no' is its number within the customer.
create table entity (
    scope integer not null,
    customer integer not null,
    no integer not null,
    external_id text,
    search text not null,
    created_at integer not null,
    primary key (scope, customer, no)
) strict, without rowid;

create index entity_listed on entity (scope, created_at, customer, no);
create index entity_id on entity (scope, external_id) where external_id is not null;

-- The id of the entity that usage was recorded for.
alter table journal add column entity text;
alter table usage add column entity text;

-- Licences handed out to entities, and those that ended. 'no' is the number of the held plan within the customer.
create table license_assignment (
    scope integer not null,
    customer integer not null,
    no integer not null,
    entity_id text,
    plan text not null,
    started_at integer not null,
    ended_at integer,
    primary key (scope, customer, no)
) strict, without rowid;

-- Who holds a version of a plan, and who did (held = 0): the customer itself (entity 0), or one of its entities.
create table plan_holder (
    scope integer not null,
    plan text not null,
    customer integer not null,
    version integer not null,
    entity integer not null,
    held integer not null,
    primary key (scope, plan, customer, version, entity)
) strict, without rowid;

insert into plan_holder (scope, plan, customer, version, entity, held) select scope, plan, customer, version, 0, held from customer_plan;
drop table customer_plan;
