"""the first schema."""

import sqlalchemy as sa
from alembic import op

from monitoring.audit.models import TRIGGERS
from monitoring.core.db import Utc

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table('audit_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('mac', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('audit_rows',
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', Utc(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('subject_type', sa.String(length=60), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('mac', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_rows'))
    )
    op.create_table('authorities',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['authorities.id'], name=op.f('fk_authorities_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorities'))
    )
    with op.batch_alter_table('authorities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_authorities_country'), ['country'], unique=False)

    op.create_table('checklists',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('per', sa.String(length=60), nullable=False),
    sa.Column('facility_kinds', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_checklists'))
    )
    op.create_table('coalition_recommendations',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('parent_code', sa.String(length=60), nullable=True),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('meaning', sa.JSON(), nullable=False),
    sa.Column('own_reading', sa.Boolean(), nullable=False),
    sa.Column('scope', sa.JSON(), nullable=False),
    sa.Column('addressees', sa.JSON(), nullable=False),
    sa.Column('themes', sa.JSON(), nullable=False),
    sa.Column('adopted_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['coalition_recommendations.code'], name=op.f('fk_coalition_recommendations_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_coalition_recommendations'))
    )
    op.create_table('facility_kinds',
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('authority_class', sa.String(length=40), nullable=False),
    sa.Column('interval_months', sa.Integer(), nullable=False),
    sa.Column('checklist_code', sa.String(length=60), nullable=False),
    sa.Column('coalition_code', sa.String(length=20), nullable=True),
    sa.Column('authorities', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_facility_kinds'))
    )
    op.create_table('jobs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('due_at', Utc(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('claimed_until', Utc(timezone=True), nullable=True),
    sa.Column('done_at', Utc(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_jobs'))
    )
    with op.batch_alter_table('jobs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_jobs_done_at'), ['done_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_jobs_due_at'), ['due_at'], unique=False)

    op.create_table('mechanisms',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('basis', sa.String(length=60), nullable=False),
    sa.Column('office_latitude', sa.Double(), nullable=True),
    sa.Column('office_longitude', sa.Double(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('last_visit_number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mechanisms'))
    )
    with op.batch_alter_table('mechanisms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mechanisms_country'), ['country'], unique=False)

    op.create_table('media_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('bytes_received', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('stored_by', sa.Uuid(), nullable=False),
    sa.Column('stored_at', Utc(timezone=True), nullable=False),
    sa.Column('original_name', sa.String(length=64), nullable=False),
    sa.Column('served_name', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_media_files')),
    sa.UniqueConstraint('subject_id', 'sha256', name=op.f('uq_media_files_subject_id_sha256'))
    )
    with op.batch_alter_table('media_files', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_media_files_sha256'), ['sha256'], unique=False)
        batch_op.create_index(batch_op.f('ix_media_files_subject_id'), ['subject_id'], unique=False)

    op.create_table('organisations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisations'))
    )
    with op.batch_alter_table('organisations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisations_country'), ['country'], unique=False)

    op.create_table('provisions',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('instrument', sa.String(), nullable=False),
    sa.Column('provision', sa.String(length=80), nullable=False),
    sa.Column('requirement', sa.JSON(), nullable=False),
    sa.Column('value', sa.String(length=80), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('binds', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_provisions'))
    )
    op.create_table('regions',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('time_zone', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_regions'))
    )
    with op.batch_alter_table('regions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regions_country'), ['country'], unique=False)

    op.create_table('sign_in_attempts',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('window', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'window', name=op.f('pk_sign_in_attempts'))
    )
    op.create_table('themes',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('holds', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_themes'))
    )
    op.create_table('checklist_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('checklist_code', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('definition', sa.JSON(), nullable=False),
    sa.Column('published_at', Utc(timezone=True), nullable=False),
    sa.Column('retired_at', Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['checklist_code'], ['checklists.code'], name=op.f('fk_checklist_versions_checklist_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_versions')),
    sa.UniqueConstraint('checklist_code', 'number', name=op.f('uq_checklist_versions_checklist_code_number'))
    )
    with op.batch_alter_table('checklist_versions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_checklist_versions_checklist_code'), ['checklist_code'], unique=False)

    op.create_table('coalition_states',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('since', sa.String(length=10), nullable=False),
    sa.Column('checked', sa.Boolean(), nullable=False),
    sa.Column('note', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['code'], ['coalition_recommendations.code'], name=op.f('fk_coalition_states_code')),
    sa.PrimaryKeyConstraint('code', 'country', name=op.f('pk_coalition_states'))
    )
    op.create_table('facilities',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('search_text', sa.String(), nullable=False),
    sa.Column('kind_key', sa.String(length=60), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=True),
    sa.Column('region_code', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('official', sa.Boolean(), nullable=False),
    sa.Column('public_body', sa.Boolean(), nullable=False),
    sa.Column('sensitive', sa.Boolean(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('notes', sa.String(), nullable=False),
    sa.Column('invented', sa.Boolean(), nullable=False),
    sa.Column('last_visit_on', sa.Date(), nullable=True),
    sa.Column('next_due_on', sa.Date(), nullable=True),
    sa.Column('created_at', Utc(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('capacity IS NULL OR capacity >= 0', name=op.f('ck_facilities_capacity')),
    sa.CheckConstraint('latitude IS NULL OR (latitude BETWEEN -90 AND 90)', name=op.f('ck_facilities_latitude')),
    sa.CheckConstraint('longitude IS NULL OR (longitude BETWEEN -180 AND 180)', name=op.f('ck_facilities_longitude')),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.id'], name=op.f('fk_facilities_authority_id')),
    sa.ForeignKeyConstraint(['kind_key'], ['facility_kinds.key'], name=op.f('fk_facilities_kind_key')),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_facilities_mechanism_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_facilities_region_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_facilities'))
    )
    with op.batch_alter_table('facilities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_facilities_authority_id'), ['authority_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_facilities_country'), ['country'], unique=False)
        batch_op.create_index(batch_op.f('ix_facilities_kind_key'), ['kind_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_facilities_mechanism_id'), ['mechanism_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_facilities_region_code'), ['region_code'], unique=False)

    op.create_table('people',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('password', sa.String(length=255), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.String(length=255), nullable=True),
    sa.Column('tf_last_counter', sa.Integer(), nullable=True),
    sa.Column('mf_recovery_codes', sa.JSON(), nullable=True),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=True),
    sa.Column('organisation_id', sa.Uuid(), nullable=True),
    sa.Column('region_code', sa.String(length=60), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('invented', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_people_mechanism_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_people_organisation_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_people_region_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_people')),
    sa.UniqueConstraint('email', name=op.f('uq_people_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_people_fs_uniquifier'))
    )
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_people_country'), ['country'], unique=False)

    op.create_table('devices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('enrolled_at', Utc(timezone=True), nullable=False),
    sa.Column('revoked_at', Utc(timezone=True), nullable=True),
    sa.Column('last_counter', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_devices_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_devices'))
    )
    with op.batch_alter_table('devices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_devices_person_id'), ['person_id'], unique=False)

    op.create_table('person_roles',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_person_roles_person_id')),
    sa.PrimaryKeyConstraint('person_id', 'name', name=op.f('pk_person_roles'))
    )
    op.create_table('visits',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('plan', sa.LargeBinary(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', Utc(timezone=True), nullable=False),
    sa.Column('last_seq', sa.BigInteger(), nullable=False),
    sa.Column('public_number', sa.Integer(), nullable=True),
    sa.Column('facility_id', sa.Uuid(), nullable=True),
    sa.Column('region_code', sa.String(length=60), nullable=True),
    sa.Column('kind', sa.String(length=60), nullable=True),
    sa.Column('announced', sa.Boolean(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('lead_id', sa.Uuid(), nullable=True),
    sa.Column('returned_at', Utc(timezone=True), nullable=True),
    sa.Column('report_approved_at', Utc(timezone=True), nullable=True),
    sa.Column('cancelled_quarter', sa.String(length=7), nullable=True),
    sa.Column('cancelled_reason', sa.String(length=60), nullable=True),
    sa.ForeignKeyConstraint(['facility_id'], ['facilities.id'], name=op.f('fk_visits_facility_id')),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_visits_mechanism_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits')),
    sa.UniqueConstraint('mechanism_id', 'public_number', name=op.f('uq_visits_mechanism_id_public_number'))
    )
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visits_country'), ['country'], unique=False)
        batch_op.create_index(batch_op.f('ix_visits_facility_id'), ['facility_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visits_mechanism_id'), ['mechanism_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_visits_region_code'), ['region_code'], unique=False)

    op.create_table('web_sessions',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('data', sa.String(), nullable=False),
    sa.Column('created_at', Utc(timezone=True), nullable=False),
    sa.Column('seen_at', Utc(timezone=True), nullable=False),
    sa.Column('revoked_at', Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_web_sessions_person_id')),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_web_sessions'))
    )
    with op.batch_alter_table('web_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_sessions_person_id'), ['person_id'], unique=False)

    op.create_table('entries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('bases', sa.JSON(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('counter', sa.BigInteger(), nullable=False),
    sa.Column('device_time', sa.String(length=40), nullable=False),
    sa.Column('received_at', Utc(timezone=True), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('quarantine_reason', sa.String(length=60), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('sealed_content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_entries_device_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries')),
    sa.UniqueConstraint('device_id', 'counter', name=op.f('uq_entries_device_id_counter')),
    sa.UniqueConstraint('visit_id', 'seq', name=op.f('uq_entries_visit_id_seq'))
    )
    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.create_index('ix_entries_sheet_question', ['sheet_id', 'question'], unique=False)
        batch_op.create_index(batch_op.f('ix_entries_visit_id'), ['visit_id'], unique=False)

    op.create_table('findings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=False),
    sa.Column('checklist_code', sa.String(length=60), nullable=True),
    sa.Column('question', sa.String(length=60), nullable=True),
    sa.Column('rule_question', sa.String(length=120), nullable=True),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('theme', sa.String(length=60), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=False),
    sa.Column('standards', sa.JSON(), nullable=False),
    sa.Column('sources', sa.JSON(), nullable=False),
    sa.Column('confidence', sa.String(length=60), nullable=False),
    sa.Column('interviews', sa.Integer(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('answers_changed', sa.Boolean(), nullable=False),
    sa.Column('still_proposed', sa.Boolean(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('made_at', Utc(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', Utc(timezone=True), nullable=True),
    sa.Column('seconded_by', sa.Uuid(), nullable=True),
    sa.Column('seconded_at', Utc(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_findings_mechanism_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_findings_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_findings')),
    sa.UniqueConstraint('visit_id', 'rule_question', name=op.f('uq_findings_visit_id_rule_question'))
    )
    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_findings_country'), ['country'], unique=False)
        batch_op.create_index(batch_op.f('ix_findings_question'), ['question'], unique=False)
        batch_op.create_index(batch_op.f('ix_findings_theme'), ['theme'], unique=False)
        batch_op.create_index(batch_op.f('ix_findings_visit_id'), ['visit_id'], unique=False)

    op.create_table('interview_totals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('choice', sa.String(length=60), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_interview_totals_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interview_totals')),
    sa.UniqueConstraint('visit_id', 'question', 'choice', name=op.f('uq_interview_totals_visit_id_question_choice'))
    )
    with op.batch_alter_table('interview_totals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interview_totals_visit_id'), ['visit_id'], unique=False)

    op.create_table('recommendations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('authority_id', sa.Uuid(), nullable=False),
    sa.Column('addressee', sa.String(length=200), nullable=False),
    sa.Column('level', sa.String(length=60), nullable=False),
    sa.Column('priority', sa.String(length=60), nullable=False),
    sa.Column('theme', sa.String(length=60), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=False),
    sa.Column('written_at', Utc(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.id'], name=op.f('fk_recommendations_authority_id')),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_recommendations_mechanism_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_recommendations_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendations')),
    sa.UniqueConstraint('visit_id', 'number', name=op.f('uq_recommendations_visit_id_number'))
    )
    with op.batch_alter_table('recommendations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendations_authority_id'), ['authority_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendations_country'), ['country'], unique=False)
        batch_op.create_index(batch_op.f('ix_recommendations_visit_id'), ['visit_id'], unique=False)

    op.create_table('reports',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('mechanism_id', sa.Uuid(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', Utc(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['mechanism_id'], ['mechanisms.id'], name=op.f('fk_reports_mechanism_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_reports_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reports'))
    )
    with op.batch_alter_table('reports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reports_country'), ['country'], unique=False)
        batch_op.create_index(batch_op.f('ix_reports_visit_id'), ['visit_id'], unique=False)

    op.create_table('sheets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('checklist_version_id', sa.Uuid(), nullable=True),
    sa.Column('per', sa.String(length=60), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('about', sa.Uuid(), nullable=True),
    sa.Column('opened_by', sa.Uuid(), nullable=True),
    sa.Column('opened_at', Utc(timezone=True), nullable=False),
    sa.Column('closed_at', Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['checklist_version_id'], ['checklist_versions.id'], name=op.f('fk_sheets_checklist_version_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_sheets_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheets'))
    )
    with op.batch_alter_table('sheets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sheets_visit_id'), ['visit_id'], unique=False)

    op.create_table('team_members',
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('letter', sa.String(length=2), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_team_members_person_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_team_members_visit_id')),
    sa.PrimaryKeyConstraint('visit_id', 'person_id', name=op.f('pk_team_members')),
    sa.UniqueConstraint('visit_id', 'letter', name=op.f('uq_team_members_visit_id_letter'))
    )
    with op.batch_alter_table('team_members', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_team_members_person_id'), ['person_id'], unique=False)

    op.create_table('answers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('conflict', sa.Boolean(), nullable=False),
    sa.Column('relevant', sa.Boolean(), nullable=False),
    sa.Column('assessed', sa.Boolean(), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=True),
    sa.Column('sides', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_answers_sheet_id')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_answers_visit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answers')),
    sa.UniqueConstraint('sheet_id', 'question', name=op.f('uq_answers_sheet_id_question'))
    )
    with op.batch_alter_table('answers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answers_visit_id'), ['visit_id'], unique=False)

    op.create_table('finding_calls',
    sa.Column('finding_id', sa.Uuid(), nullable=False),
    sa.Column('coalition_code', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('at', Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['coalition_code'], ['coalition_recommendations.code'], name=op.f('fk_finding_calls_coalition_code')),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_finding_calls_finding_id')),
    sa.PrimaryKeyConstraint('finding_id', 'coalition_code', name=op.f('pk_finding_calls'))
    )
    with op.batch_alter_table('finding_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_finding_calls_coalition_code'), ['coalition_code'], unique=False)

    op.create_table('finding_evidence',
    sa.Column('finding_id', sa.Uuid(), nullable=False),
    sa.Column('sheet_id', sa.Uuid(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_finding_evidence_finding_id')),
    sa.ForeignKeyConstraint(['sheet_id'], ['sheets.id'], name=op.f('fk_finding_evidence_sheet_id')),
    sa.PrimaryKeyConstraint('finding_id', 'sheet_id', 'question', name=op.f('pk_finding_evidence'))
    )
    op.create_table('personal_data_decisions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('hit_key', sa.String(length=64), nullable=False),
    sa.Column('role', sa.String(length=60), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', Utc(timezone=True), nullable=False),
    sa.Column('reason', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_personal_data_decisions_person_id')),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_personal_data_decisions_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_personal_data_decisions')),
    sa.UniqueConstraint('report_id', 'hit_key', 'role', name=op.f('uq_personal_data_decisions_report_id_hit_key_role'))
    )
    with op.batch_alter_table('personal_data_decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_personal_data_decisions_report_id'), ['report_id'], unique=False)

    op.create_table('publications',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('coalition_codes', sa.JSON(), nullable=False),
    sa.Column('published_at', Utc(timezone=True), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.Column('pdf_sha256', sa.String(length=64), nullable=True),
    sa.Column('built_at', Utc(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_publications_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_publications')),
    sa.UniqueConstraint('country', 'slug', name=op.f('uq_publications_country_slug')),
    sa.UniqueConstraint('report_id', name=op.f('uq_publications_report_id'))
    )
    op.create_table('recommendation_findings',
    sa.Column('recommendation_id', sa.Uuid(), nullable=False),
    sa.Column('finding_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['finding_id'], ['findings.id'], name=op.f('fk_recommendation_findings_finding_id')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_recommendation_findings_recommendation_id')),
    sa.PrimaryKeyConstraint('recommendation_id', 'finding_id', name=op.f('pk_recommendation_findings'))
    )
    with op.batch_alter_table('recommendation_findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recommendation_findings_finding_id'), ['finding_id'], unique=False)

    op.create_table('report_steps',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', Utc(timezone=True), nullable=False),
    sa.Column('remark', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_report_steps_person_id')),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_report_steps_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_steps'))
    )
    with op.batch_alter_table('report_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_steps_report_id'), ['report_id'], unique=False)

    op.create_table('report_writers',
    sa.Column('report_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('at', Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_report_writers_person_id')),
    sa.ForeignKeyConstraint(['report_id'], ['reports.id'], name=op.f('fk_report_writers_report_id')),
    sa.PrimaryKeyConstraint('report_id', 'person_id', name=op.f('pk_report_writers'))
    )
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Never: what was recorded is not thrown away."""
    raise NotImplementedError("restore a backup instead")
