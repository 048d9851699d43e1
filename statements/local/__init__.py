"""Everything on this machine: the embedded PostgreSQL and Airflow's services, without root and without Docker."""
