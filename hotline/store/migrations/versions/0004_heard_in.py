"""In which language the line spoke at each turn."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('turns', sa.Column('language', sa.String(length=8), nullable=True, comment='in which it was said; null before it was kept'))


def downgrade() -> None:
    op.drop_column('turns', 'language')
