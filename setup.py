"""Which folders a wheel is made of; all else about the project stands in pyproject.toml.

migrations/ lies beside app/ here and inside of it in a wheel: a folder of that name in site-packages would belong to
whichever project was installed last. pyproject.toml cannot say that beside a search for packages.
"""

from setuptools import find_packages, setup

MIGRATIONS = {"app._migrations": "migrations", "app._migrations.versions": "migrations/versions"}

setup(packages=[*find_packages(include=["app", "app.*"]), *MIGRATIONS], package_dir=MIGRATIONS)
