"""${message}"""

import sqlalchemy as sa
from alembic import op

from statements.tables import Instant

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    ${upgrades if upgrades else "pass"}
