"""Sealed entries of tablets, quarantine, epoch and watermarks."""

import sqlalchemy as sa
from alembic import op

from monitoring.core.db import Utc

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('installation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('epoch', sa.String(length=32), nullable=False),
    sa.Column('made_at', Utc(timezone=True), nullable=False),
    sa.Column('restored_at', Utc(timezone=True), nullable=True),
    sa.Column('backed_up_at', Utc(timezone=True), nullable=True),
    sa.Column('verified_at', Utc(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    op.create_table('waiting_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('envelope_id', sa.Uuid(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('bytes_received', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('received_at', Utc(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_waiting_files_device_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_waiting_files')),
    sa.UniqueConstraint('device_id', 'sha256', name=op.f('uq_waiting_files_device_id_sha256'))
    )
    with op.batch_alter_table('waiting_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_waiting_files_visit_id'), ['visit_id'], unique=False)

    with op.batch_alter_table('devices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('seen_at', Utc(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('token_hash', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('mac_key', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('last_quarantined', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('backed_up_quarantined', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_unique_constraint(batch_op.f('uq_devices_token_hash'), ['token_hash'])

    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('quarantine_number', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('decided_by', sa.Uuid(), nullable=True))
        batch_op.create_index('ix_entries_device', ['device_id', 'state', 'visit_id'], unique=False)

    with op.batch_alter_table('media_files', schema=None) as batch_op:
        batch_op.add_column(sa.Column('key', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('seq', sa.BigInteger(), nullable=True))

    with op.batch_alter_table('sheets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('joins', sa.Uuid(), nullable=True))

    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.add_column(sa.Column('backed_up_seq', sa.BigInteger(), nullable=False, server_default='0'))



def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
