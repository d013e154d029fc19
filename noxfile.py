"""Every check of the project: `nox` runs them all, `nox -s NAME` one of them."""

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2026.8.10"
nox.options.default_venv_backend = "uv"
nox.options.error_on_external_run = True
# Two sessions at a time, so no two of them write to one file, and the short ones are behind the
# long ones. The last one runs alone.
nox.options.sessions = ["tests", "lowest", "together", "typing", "docs", "build", "lint", "brokers"]
# What runs at the same time as another is shown when it ends: not what serves, measures or is long.
nox.options.parallel = 2
nox.options.allow_parallel = True
# A Python of the matrix that is not installed is left out, and none is downloaded for it.
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"

PACKAGES = sorted(path.name for path in Path("packages").iterdir())
PROJECTS = {
    package: nox.project.load_toml(f"packages/{package}/pyproject.toml") for package in PACKAGES
}
PYTHONS = nox.project.python_versions(PROJECTS["ftf-container"])
WHEELS = Path(".nox/wheels").resolve()
CHECKS = Path(".ci").resolve()
COMPATIBILITY = Path("packages/ftf-http/compatibility").resolve()
SUITES = nox.project.load_toml(str(COMPATIBILITY / "suites.toml"))
PARTS = {
    path.stem.removeprefix("measure_").replace("_", "-"): path
    for path in Path("packages").glob("*/benchmarks/measure_*.py")
}
EXAMPLES = {"PYTHONPATH": "docs/examples"}
# SQLAlchemy's async engine runs callbacks in greenlets, which take twice the time to trace.
# sys.monitoring counts a package and leaves alone what it calls, as the runs of pytest in a test.
COUNTING = dict.fromkeys(("ftf-http", "ftf-orm"), ("ctrace", "greenlet,thread"))
COUNTING["ftf-testing"] = "sysmon", "thread"
# The slow tests of these execute no line that others do not, in half the time where none counts.
SLOW_UNCOUNTED = {"ftf-container", "ftf-orm"}
# Where images forbid them, each process would compile again all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

each_package = nox.parametrize("package", PACKAGES, ids=PACKAGES)
DEPENDING = [package for package in PACKAGES if PROJECTS[package]["project"].get("dependencies")]


@nox.session(default=False, venv_backend="none", allow_parallel=False)
def wheelhouse(session: nox.Session) -> None:
    """Build the wheels of all packages, which the other sessions install."""
    command = ["uv", "build", "--quiet", "--all-packages", "--wheel", "--clear", "-o", WHEELS]
    session.run(*command, external=True)


@nox.session(requires=["wheelhouse"])
def lint(session: nox.Session) -> None:
    """Check style, format, and which part of a package imports which."""
    session.install(*wheels(*PACKAGES), "--group=lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session(requires=["wheelhouse"])
@each_package
def typing(session: nox.Session, package: str) -> None:
    """Check a package's types, and that its public ones are complete."""
    session.install(*wheels(package), "--group=typing", f"--group=test-{package}")
    session.env["MYPY_CACHE_DIR"] = str(Path(session.virtualenv.location, "mypy"))
    # What a package may be used with is checked with that package, which brings its dependencies.
    paths = f"packages/{package}/src", f"packages/{package}/tests/typing"
    session.run("mypy", "--follow-imports=silent", *paths)
    session.run("pyright", f"packages/{package}/tests/typing")
    session.run("pyright", "--ignoreexternal", "--verifytypes", module(package))


@nox.session(python=PYTHONS, requires=["wheelhouse"])
@each_package
def tests(session: nox.Session, package: str) -> None:
    """Test a package's wheel with only what it declares, and measure its coverage."""
    session.install(*wheels(package, with_extras=False))
    session.run("python", "-W", "error", str(CHECKS / "alone.py"), package)
    session.install(*wheels(package), f"--group=test-{package}")
    if package == "ftf-http":
        install_server(session, "redis-server")  # without one, its tests are skipped
    session.env["COVERAGE_CORE"], concurrency = COUNTING.get(package, ("ctrace", "thread"))
    # Sessions that run at the same time have files of their own.
    session.env["COVERAGE_FILE"] = str(Path(session.virtualenv.location, "coverage"))
    options = f"--source={module(package)}", f"--concurrency={concurrency}"
    tests = its_tests(package)
    counted = ["-m", "not slow"] if package in SLOW_UNCOUNTED else []
    session.run("coverage", "run", *options, "-m", "pytest", *tests, *counted)
    session.run("coverage", "report")
    if counted:
        session.run("pytest", *tests, "-m", "slow")


@nox.session(requires=["wheelhouse"])
@nox.parametrize("package", DEPENDING, ids=DEPENDING)
def lowest(session: nox.Session, package: str) -> None:
    """Test a package's wheel with the oldest dependencies it allows."""
    declared = f"--requirements=packages/{package}/pyproject.toml"
    *options, wheel = wheels(package)
    session.install(*options, "--resolution=lowest-direct", "--all-extras", declared)
    session.install(*options, "--no-deps", wheel)
    session.install(f"--group=test-{package}")
    # What is slow looks for rare orders of events, which `tests` does.
    session.run("pytest", *its_tests(package), "-m", "not slow")


@nox.session(python=PYTHONS, requires=["wheelhouse"])
def together(session: nox.Session) -> None:
    """Test the documentation and the examples, which use all packages in one environment."""
    groups = [f"--group=test-{package}" for package in PACKAGES]
    session.install(*wheels(*PACKAGES), *groups, "--group=test-docs", "--group=typing")
    session.run("pytest", "docs", *session.posargs)
    session.run("mypy", "docs/examples")


@nox.session(requires=["wheelhouse"])
def docs(session: nox.Session) -> None:
    """Build the documentation, without a dead link."""
    session.install(*wheels(*PACKAGES), "--group=docs")
    folder = Path(session.create_tmp(), "site").resolve()
    session.run("python", str(CHECKS / "site.py"), str(folder))
    session.run("zensical", "build", "--strict", f"--config-file={folder / 'mkdocs.yml'}")
    session.log(f"Open {folder / 'site' / 'index.html'}")


@nox.session
@each_package
def build(session: nox.Session, package: str) -> None:
    """Build what a package's release uploads, and look into it."""
    session.install("hatch")
    target = Path(session.create_tmp(), "dist").resolve()
    # hatch builds in an environment of its own, which must not be mistaken for this one.
    apart = {"HATCH_DATA_DIR": str(target.with_name("hatch")), "UV_PYTHON": None}
    with session.chdir(f"packages/{package}"):
        session.run("hatch", "build", "--clean", str(target), env=apart)
    (wheel,) = target.glob("*.whl")
    session.run("python", str(CHECKS / "wheel.py"), str(wheel), package.replace("-", "/"))


@nox.session(default=False, requires=["wheelhouse"], allow_parallel=False)
def bench(session: nox.Session) -> None:
    """Measure packages against their peers: `nox -s bench -- container [scenario ...]`.

    The parts of packages have names too: `nox -s bench -- events`, `limits`, `resources`. With
    `jobs` those of `database-jobs` run as well.
    """
    name, *arguments = session.posargs
    parts = {part: path for part, path in PARTS.items() if part in {name, f"database-{name}"}}
    parts = parts or {name: Path("packages", f"ftf-{name}", "benchmarks")}
    known = nox.project.load_toml("pyproject.toml")["dependency-groups"]
    of_parts = {f"bench-{part}": f"bench-{path.parts[1]}" for part, path in parts.items()}
    groups = [own if own in known else of_package for own, of_package in of_parts.items()]
    session.install(*wheels(*PACKAGES), *(f"--group={each}" for each in groups))
    for program in parts.values():
        session.run("python", str(program), *arguments, env=EXAMPLES)


@nox.session(default=False, requires=["wheelhouse"])
@nox.parametrize("suite", list(SUITES), ids=list(SUITES))
def compatibility(session: nox.Session, suite: str) -> None:
    """Run tests of others on FastAPI and on ftf-http in its place: every one that passes must.

    They come from source distributions. `-- -n 8` shortens the runs; other arguments choose tests.
    """
    tested = SUITES[suite]
    session.install("pip", "pytest-xdist", "pytest-rerunfailures", "pytest-timeout")
    find = "python", str(CHECKS / "source.py"), session.create_tmp(), tested["source"]
    source, *declared = map(str.strip, session.run(*find, silent=True).splitlines())
    session.install(*wheels("ftf-http", with_extras=False), *tested["requires"], *declared)
    reports = []
    for name in ("fastapi", "here"):
        reports.append(Path(source).with_name(f"{name}.xml"))
        reports[-1].unlink(missing_ok=True)
        in_place = {"PYTHONPATH": str(COMPATIBILITY / "in_place"), "IN_PLACE": name}
        with session.chdir(source):
            session.run(
                *("pytest", "-q", "-n2", "-p", "no:cacheprovider", *tested["pytest"]),
                # Some tests of websockets wait for ever, now and then, on FastAPI too.
                *("--timeout=120", "--reruns=2", "--only-rerun=[Tt]imeout|timed out"),
                *("-W", "ignore:Module already imported"),  # by what puts it in place
                *(f"--junitxml={reports[-1]}", *session.posargs),
                env=in_place | {"IN_PLACE_OF": tested.get("replaced", "fastapi")},
                success_codes=[0, 1],  # what fails on FastAPI too is no difference
            )
    session.run("python", str(COMPATIBILITY / "compare.py"), *map(str, reports))


@nox.session(default=False, requires=["wheelhouse"])
def instrumented(session: nox.Session) -> None:
    """Compare what Sentry and Logfire see of FastAPI and of ftf-http."""
    session.install(*wheels("ftf-http"), "--group=test-ftf-http", "logfire[fastapi]", "sentry-sdk")
    session.run("pytest", str(COMPATIBILITY / "instrumentation.py"), "-Wdefault", *session.posargs)


@nox.session(default=False, requires=["wheelhouse"])
def pgbouncer(session: nox.Session) -> None:
    """Test ftf-orm behind a real PgBouncer, which the distribution has."""
    session.install(*wheels("ftf-orm"), "--group=test-ftf-orm")
    install_server(session, "pgbouncer")
    session.run("pytest", "packages/ftf-orm/tests/pgbouncer.py", *session.posargs)


# Alone, because its tests wait for servers that they kill, and another session may use apt-get.
@nox.session(requires=["wheelhouse"], allow_parallel=False)
def brokers(session: nox.Session) -> None:
    """Run jobs by Redis, RabbitMQ and NATS of the distribution, which are killed and restarted."""
    for program in ("redis-server", "rabbitmq-server", "nats-server"):
        install_server(session, program)
        if shutil.which(program) is None:
            session.skip(f"{program} is not installed, and cannot be")
    group = "--group=test-ftf-orm"
    session.install(*wheels("ftf-container", "ftf-orm"), group, "pytest-timeout")
    tests = "packages/ftf-orm/tests/jobs/on_brokers.py"
    # Each takes seconds; one that hangs keeps none of the others from running.
    session.run("pytest", "--timeout=300", "--durations=10", tests, *session.posargs)


@nox.session(default=False, requires=["wheelhouse"])
def schema(session: nox.Session) -> None:
    """Send the blog and resources of all shapes what their documents allow and refuse."""
    session.install(*wheels(*PACKAGES), "--group=schema")
    session.run("pytest", "packages/ftf-http/compatibility/schema.py", *session.posargs)


@nox.session(default=False, requires=["wheelhouse"], allow_parallel=False)
def demo(session: nox.Session) -> None:
    """Migrate, seed and serve the blog: `nox -s demo -- [--port N] [--check]`."""
    session.install(*wheels(*PACKAGES), "--group=demo")
    session.run("python", "-m", "blog", *session.posargs, env=EXAMPLES)


@nox.session(default=False, requires=["wheelhouse"], allow_parallel=False)
def conduit(session: nox.Session) -> None:
    """Migrate and serve Conduit on `CONDUIT_DATABASE_URL`: `nox -s conduit -- [--port N]`."""
    session.install(*wheels(*PACKAGES), "--group=conduit")
    migrations = "docs/examples/conduit/alembic.ini"
    session.run("alembic", f"--config={migrations}", "upgrade", "head", env=EXAMPLES)
    serve = "uvicorn", "--factory", "conduit.app:create_app", "--no-access-log"
    session.run(*serve, *session.posargs, env=EXAMPLES)


@nox.session(name="release-check", default=False, allow_parallel=False)
def release_check(session: nox.Session) -> None:
    """Check what a release uploads: each package alone, all together, and their public names."""
    dist = Path(session.create_tmp(), "dist").resolve()
    session.install("uv", "twine>=6.2", "griffecli>=2.0")
    session.run("python", str(CHECKS / "release.py"), str(dist), *PACKAGES)
    groups = [f"--group=test-{package}" for package in PACKAGES]
    distributions = [f"{package}{extras(package)}" for package in PACKAGES]
    fresh = [f"--refresh-package={package}" for package in PACKAGES]
    options = "--no-sources", f"--find-links={dist}", *fresh
    session.install(*options, *distributions, *groups, "--group=test-docs", "--group=typing")
    session.run("pytest", "docs")
    session.run("python", "-m", "blog", "--port=0", "--check", env=EXAMPLES)


@nox.session(default=False, requires=["wheelhouse"])
def skeleton(session: nox.Session) -> None:
    """Write a project by `ftf new` and its generators, and use it as its owner would.

    The tools of the project come with the group; nothing else is on the machine but the wheels.
    """
    session.install(*wheels(*PACKAGES), "--group=skeleton")
    session.run("python", str(CHECKS / "skeleton.py"), env={"FTF_ENV": "local"})


@nox.session(default=False, venv_backend="none")
def dev(session: nox.Session) -> None:
    """Make `.venv`, with the four packages editable and every tool."""
    editable = [f"--editable=packages/{package}{extras(package)}" for package in PACKAGES]
    python = ["--python", sys.executable, "--no-python-downloads"]
    session.run("uv", "venv", "--allow-existing", *python, ".venv", external=True)
    into = ["--python", ".venv"]
    session.run("uv", "pip", "install", *into, "--group=dev", *editable, external=True)


def module(package: str) -> str:
    """Name what a package is imported as."""
    return package.replace("-", ".")


def extras(package: str) -> str:
    """Name every extra of a package, in brackets."""
    names = PROJECTS[package]["project"].get("optional-dependencies", {})
    return f"[{','.join(names)}]" if names else ""


def wheels(*packages: str, with_extras: bool = True) -> list[str]:
    """Write the arguments that install the wheels of packages, just built like their siblings."""
    files = [next(WHEELS.glob(f"{package.replace('-', '_')}-*.whl")) for package in packages]
    brackets = [extras(package) if with_extras else "" for package in packages]
    fresh = [f"--refresh-package={package}" for package in PACKAGES]
    return ["--no-sources", f"--find-links={WHEELS}", *fresh, *map("{}{}".format, files, brackets)]


def install_server(session: nox.Session, program: str) -> None:
    """Install a server from the distribution, if it is not installed and can be."""
    if shutil.which(program) is None and shutil.which("apt-get") and os.geteuid() == 0:
        for arguments in (["update"], ["install", "-y", program]):
            options = "-qq", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::Retries=1"
            # Where the distribution cannot be reached, apt-get ends with 100.
            session.run("apt-get", *options, *arguments, external=True, success_codes=[0, 100])


def its_tests(package: str) -> list[str]:
    """Write the arguments that make pytest find the tests and doctests of a package."""
    return [f"packages/{package}/tests", "--doctest-modules", "--pyargs", module(package)]
