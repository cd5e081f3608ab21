"""The registers: agencies, departments, experts."""

from sqlmodel import Field

from reviewapp.db.base import Table


class Agency(Table, table=True):
    """A third-party agency (第三方机构)."""

    __tablename__ = "agency"

    name: str = Field(unique=True)
    code: str | None = Field(default=None, unique=True)  # unified social credit code
    contact: str = ""
    phone: str = ""
    mail: str = ""  # address that reminders go to
    note: str = ""
    is_active: bool = True


class Department(Table, table=True):
    """A department in charge (主管部门)."""

    __tablename__ = "department"

    name: str = Field(unique=True)
    code: str | None = Field(default=None, unique=True)  # budget unit code
    contact: str = ""
    phone: str = ""
    note: str = ""
    is_active: bool = True


class Expert(Table, table=True):
    """A review expert (评审专家); signs in through an account of role expert."""

    __tablename__ = "expert"

    name: str = Field(index=True)
    institution: str = ""
    title: str = ""  # professional title, as 教授
    field: str = ""
    phone: str = ""
    mail: str = ""  # address that reminders go to
    note: str = ""
    is_active: bool = True
