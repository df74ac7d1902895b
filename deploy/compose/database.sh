#!/usr/bin/env bash
# Run once by the image of PostgreSQL, before anybody else gets in: the collectors' role and database, with which the page
# Operations begins, too.
set -euo pipefail

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat "$QUEUE_PASSWORD_FILE"`
-- The password is in the statement.
SET log_statement = none;
SET log_min_duration_statement = -1;
CREATE ROLE nps LOGIN PASSWORD :'password';
CREATE DATABASE nps OWNER nps ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE nps FROM PUBLIC;
ALTER ROLE nps SET log_parameter_max_length = 0;
ALTER ROLE nps SET log_error_verbosity = terse;
SQL
