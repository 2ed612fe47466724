-- The entities of all customers, for lists and for finding one by its id alone. 'no' is its number within the customer.
create table entity (
    scope bigint not null,
    customer bigint not null,
    no bigint not null,
    external_id text collate "C",
    search text not null,
    created_at bigint not null,
    primary key (scope, customer, no)
);

create index entity_listed on entity (scope, created_at, customer, no);

-- By hash, as ids may be longer than a tree takes.
create index entity_id on entity using hash (external_id) where external_id is not null;

-- The id of the entity that usage was recorded for.
alter table journal add column entity text collate "C";

-- Licences handed out to entities, and those that ended. 'no' is the number of the held plan within the customer.
create table license_assignment (
    scope bigint not null,
    customer bigint not null,
    no bigint not null,
    entity_id text,
    plan text not null,
    started_at bigint not null,
    ended_at bigint,
    primary key (scope, customer, no)
);

-- Who holds a version of a plan, and who did (held = 0): the customer itself (entity 0), or one of its entities.
create table plan_holder (
    scope bigint not null,
    plan text collate "C" not null,
    customer bigint not null,
    version bigint not null,
    entity bigint not null,
    held bigint not null,
    primary key (scope, plan, customer, version, entity)
);

create index plan_holder_customer on plan_holder (scope, customer);
