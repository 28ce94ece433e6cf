// SPDX-License-Identifier: MIT
/*
 * packetdrill: runs scripts of the packetdrill language, each in a process of its own, and says how
 * many passed, failed and were skipped. docs/packetdrill.md describes language and back ends.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "commands.h"
#include "run.h"

#define LIMIT_S 150 /* of a script's process */
/* Exit status of a script's process: this plus the outcome, so that no other end looks like one. */
#define STATUS_BASE 64
#define ASSERTIONS  "tests/packetdrill/assertions.py"

enum outcome { OUTCOME_PASSED, OUTCOME_FAILED, OUTCOME_SKIPPED };

struct job {
	const char *path;
	pid_t pid; /* 0: not running */
	enum outcome outcome;
	FILE *report, *assertions;
	char *message;
};

struct suite {
	const struct backend_ops *ops;
	const char *backend_argument;
	struct backend *backend;
	struct job *jobs;
	unsigned int count;
	unsigned int parallel;
	bool verbose;
	const char *assertions; /* file for the records of %{ }%, judged elsewhere; NULL: here */
};

static const struct backend_ops *const backends[] = {
	&backend_stack, &backend_ref, &backend_rtl, &backend_linux, &backend_so,
};

/* ---- one script, in its process ---- */

static bool set_address(struct run *r, const struct script_option *o, struct address *to)
{
	if (inet_pton(r->addresses.version == 4 ? AF_INET : AF_INET6, o->value ? o->value : "",
		      to) == 1)
		return true;
	return run_fail(r, o->line, "--%s: not an address of IPv%d", o->name, r->addresses.version);
}

static void default_addresses(struct addresses *a)
{
	static const char *const text[2][3] = {
		{"192.168.0.1", "192.0.2.1", "192.168.0.2"},
		{"fd3d:0a0b:17d6::1", "2001:db8::1", "fd3d:0a0b:17d6::2"}};
	int family = a->version == 4 ? AF_INET : AF_INET6;

	inet_pton(family, text[a->version == 6][0], &a->local);
	inet_pton(family, text[a->version == 6][1], &a->remote);
	inet_pton(family, text[a->version == 6][2], &a->gateway);
	a->prefix_len = a->version == 4 ? 16 : 64;
}

/* "6.1.0-56-amd64" < "6.18.38" */
static bool is_older(const struct backend_ops *ops, const char *limit)
{
	char version[65] = "";
	unsigned int is[3] = {0}, than[3] = {0};

	if (!ops->version)
		return false;
	ops->version(version, sizeof(version));
	sscanf(version, "%u.%u.%u", &is[0], &is[1], &is[2]);
	sscanf(limit, "%u.%u.%u", &than[0], &than[1], &than[2]);
	for (int i = 0; i < 3; i++)
		if (is[i] != than[i])
			return is[i] < than[i];
	return false;
}

/* --not_on=BACKEND[<VERSION] why: says in the report why a back end cannot run the script. */
static bool excluded(const struct run *r, const struct script_option *o, const char **why)
{
	const struct backend_ops *ops = r->backend->ops;
	size_t len = strlen(ops->name);
	const char *rest, *space;

	if (strcmp(o->name, "not_on") != 0 || !o->value || strncmp(o->value, ops->name, len) != 0)
		return false;
	rest = o->value + len;
	if (*rest == '<' ? !is_older(ops, rest + 1) : *rest && *rest != ' ')
		return false;
	space = strchr(rest, ' ');
	*why = space ? space + 1 : "no reason given";
	return true;
}

static bool number_option(struct run *r, const struct script_option *o, unsigned long min,
			  unsigned long max, unsigned long *out)
{
	char *end;

	*out = strtoul(o->value ? o->value : "", &end, 0);
	if (end == o->value || !o->value || *end || *out < min || *out > max)
		return run_fail(r, o->line, "--%s: a number from %lu to %lu belongs here", o->name,
				min, max);
	return true;
}

static bool apply_option(struct run *r, const struct script_option *o)
{
	unsigned long n;

	if (!strcmp(o->name, "ip_version") || !strcmp(o->name, "not_on"))
		return true;
	if (!strcmp(o->name, "local_ip"))
		return set_address(r, o, &r->addresses.local);
	if (!strcmp(o->name, "remote_ip"))
		return set_address(r, o, &r->addresses.remote);
	if (!strcmp(o->name, "gateway_ip"))
		return set_address(r, o, &r->addresses.gateway);
	if (!strcmp(o->name, "mtu")) {
		if (!number_option(r, o, 68, 65535, &n))
			return false;
		r->mtu = (unsigned int)n;
		return true;
	}
	if (!strcmp(o->name, "tolerance_usecs")) {
		if (!number_option(r, o, 0, 10000000, &n))
			return false;
		r->tolerance_ns = n * 1000;
		return true;
	}
	if (!strcmp(o->name, "bind_port") || !strcmp(o->name, "connect_port")) {
		if (!number_option(r, o, 1, 65535, &n))
			return false;
		*(o->name[0] == 'b' ? &r->local_port : &r->remote_port) = (uint16_t)n;
		return true;
	}
	return run_fail(r, o->line, "--%s: not an option of the runner", o->name);
}

static enum outcome run_prepared(struct run *r)
{
	const char *why = "";
	char error[512] = "";

	for (const struct script_option *o = r->script->options; o; o = o->next) {
		if (excluded(r, o, &why)) {
			snprintf(r->message, sizeof(r->message), "%s: %s", r->script->path, why);
			return OUTCOME_SKIPPED;
		}
		if (!strcmp(o->name, "ip_version"))
			r->addresses.version = o->value && !strcmp(o->value, "ipv6") ? 6 : 4;
	}
	default_addresses(&r->addresses);
	for (const struct script_option *o = r->script->options; o; o = o->next)
		if (!apply_option(r, o))
			return OUTCOME_FAILED;
	if (!r->backend->ops->start(r->backend, &r->addresses, r->mtu, error, sizeof(error))) {
		run_fail(r, 0, "%s", error);
		return OUTCOME_FAILED;
	}
	if (run_default_settings(r) && run_script(r))
		return OUTCOME_PASSED;
	if (r->unsupported)
		return OUTCOME_SKIPPED;
	return r->late ? OUTCOME_SKIPPED : OUTCOME_FAILED;
}

static enum outcome run_one(const struct suite *s, struct job *j, unsigned int key)
{
	struct run r = {.backend = s->backend,
			.key = key,
			.addresses.version = 4,
			.local_port = 8080,
			.remote_port = 8080,
			.mtu = 1500,
			.tolerance_ns = 4000000,
			.assertions = j->assertions,
			.trace = s->verbose ? stdout : NULL};
	char *error = NULL;
	enum outcome outcome = OUTCOME_FAILED;

	r.script = script_parse(j->path, &error);
	if (!r.script) {
		fprintf(j->report, "%s", error);
		free(error);
		return outcome;
	}
	outcome = run_prepared(&r);
	fprintf(j->report, "%s%s", r.late ? "not judged, the machine was late: " : "", r.message);
	if (!r.failed) { /* calls of a failed run may be under way */
		run_free(&r);
		script_free(r.script);
	}
	return outcome;
}

/* ---- many ---- */

static FILE *scratch(void)
{
	FILE *f = tmpfile();

	if (!f) {
		perror("packetdrill: a temporary file");
		exit(2);
	}
	return f;
}

static void start_job(struct suite *s, struct job *j)
{
	j->report = scratch();
	j->assertions = scratch();
	fflush(NULL);
	j->pid = fork();
	if (j->pid < 0) {
		perror("packetdrill: fork");
		exit(2);
	}
	if (!j->pid) {
		enum outcome outcome;

		alarm(LIMIT_S);
		outcome = run_one(s, j, (unsigned int)(j - s->jobs));
		fflush(NULL);
		_exit(STATUS_BASE + (int)outcome);
	}
}

static char *slurp(FILE *f)
{
	char *text = NULL;
	size_t room = 0;

	rewind(f);
	if (getdelim(&text, &room, '\0', f) < 0 && text)
		text[0] = '\0';
	return text ? text : strdup("");
}

static void end_job(struct job *j, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) - STATUS_BASE : -1;

	j->pid = 0;
	if (code >= OUTCOME_PASSED && code <= OUTCOME_SKIPPED) {
		j->outcome = (enum outcome)code;
		j->message = slurp(j->report);
	} else {
		j->outcome = OUTCOME_FAILED;
		if (asprintf(&j->message, "%s: its process ended by %s", j->path,
			     WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit()") < 0)
			abort();
	}
}

static void wait_for_one(struct suite *s)
{
	int status;
	pid_t pid = wait(&status);

	for (unsigned int i = 0; i < s->count; i++)
		if (s->jobs[i].pid == pid)
			end_job(&s->jobs[i], status);
}

static void run_jobs(struct suite *s)
{
	unsigned int next = 0, left = s->count;

	while (left) {
		while (next < s->count && next + left - s->count < s->parallel)
			start_job(s, &s->jobs[next++]);
		wait_for_one(s);
		left--;
	}
}

/* ---- assertions ---- */

static void judge_line(struct suite *s, char *line)
{
	char *text;
	unsigned long key = strtoul(line, &text, 10);

	line[strcspn(line, "\n")] = '\0';
	if (key >= s->count || s->jobs[key].outcome != OUTCOME_PASSED)
		return;
	s->jobs[key].outcome = OUTCOME_FAILED;
	free(s->jobs[key].message);
	s->jobs[key].message = strdup(text + 1);
}

/* What the scripts that passed so far have to hold; false: there is nothing. */
static bool collect_assertions(const struct suite *s, FILE *to)
{
	bool any = false;

	for (unsigned int i = 0; i < s->count; i++) {
		char *text;

		if (s->jobs[i].outcome != OUTCOME_PASSED)
			continue;
		text = slurp(s->jobs[i].assertions);
		any |= *text != '\0';
		fputs(text, to);
		free(text);
	}
	return any;
}

/* For a place without python3: whoever started us judges them. */
static bool hand_out_assertions(const struct suite *s)
{
	FILE *to = fopen(s->assertions, "w");

	if (!to) {
		fprintf(stderr, "packetdrill: --assertions=%s: %s\n", s->assertions,
			strerror(errno));
		return false;
	}
	collect_assertions(s, to);
	return !fclose(to);
}

/* One python3 for all scripts. False: it could not judge. */
static bool judge_assertions(struct suite *s)
{
	char name[] = "/tmp/packetdrill.XXXXXX", command[128], *line = NULL;
	int fd = mkstemp(name);
	FILE *all = fd < 0 ? NULL : fdopen(fd, "w"), *answer;
	size_t room = 0;
	bool any, good;

	if (!all)
		return false;
	any = collect_assertions(s, all);
	fclose(all);
	snprintf(command, sizeof(command), "python3 " ASSERTIONS " < %s", name);
	answer = any ? popen(command, "r") : NULL;
	while (answer && getline(&line, &room, answer) > 0)
		judge_line(s, line);
	good = !any || (answer && pclose(answer) == 0);
	free(line);
	unlink(name);
	if (!good)
		fprintf(stderr, "packetdrill: python3 " ASSERTIONS
				" failed; run from the top of the tree\n");
	return good;
}

/* ---- which ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct job *)a)->path, ((const struct job *)b)->path);
}

static void add_script(struct suite *s, const char *path)
{
	s->jobs = realloc(s->jobs, (s->count + 1) * sizeof(*s->jobs));
	if (!s->jobs)
		abort();
	s->jobs[s->count++] = (struct job){.path = strdup(path)};
}

static void add_path(struct suite *s, const char *path)
{
	struct stat st;
	struct dirent *entry;
	DIR *dir;

	if (stat(path, &st)) {
		fprintf(stderr, "packetdrill: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	if (!S_ISDIR(st.st_mode)) {
		add_script(s, path);
		return;
	}
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char below[4096];
		size_t len = strlen(entry->d_name);

		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.' || stat(below, &st))
			continue;
		if (S_ISDIR(st.st_mode) || (len > 4 && !strcmp(entry->d_name + len - 4, ".pkt")))
			add_path(s, below);
	}
	if (dir)
		closedir(dir);
}

/* ---- report ---- */

static int report(const struct suite *s)
{
	static const char *const words[] = {"passed", "FAILED", "skipped"};
	unsigned int counts[3] = {0};

	for (unsigned int i = 0; i < s->count; i++) {
		const struct job *j = &s->jobs[i];

		counts[j->outcome]++;
		if (j->outcome == OUTCOME_PASSED) {
			if (s->verbose || s->count == 1)
				printf("passed %s\n", j->path);
			continue;
		}
		printf("%s %s\n", words[j->outcome], j->message);
		if (j->outcome != OUTCOME_SKIPPED)
			printf("      repeat: build/tests/packetdrill/packetdrill --backend=%s%s%s --verbose %s\n",
			       s->ops->name, s->backend_argument ? ":" : "",
			       s->backend_argument ? s->backend_argument : "", j->path);
	}
	printf("%u passed, %u failed", counts[OUTCOME_PASSED], counts[OUTCOME_FAILED]);
	if (counts[OUTCOME_SKIPPED])
		printf(", %u skipped", counts[OUTCOME_SKIPPED]);
	putchar('\n');
	return counts[OUTCOME_FAILED] ? 1 : 0;
}

static void usage(FILE *to)
{
	fprintf(to,
		"packetdrill [--backend=stack|ref|rtl|linux|so:FILE] [--jobs=N] [--verbose] [--assertions=FILE] SCRIPT|FOLDER...\n"
		"Runs packetdrill scripts; stack: the stack alone, ref, rtl: with driver and card,\n"
		"linux: this machine's Linux in a network namespace, the oracle;\n"
		"so: a stack with packetdrill's interface in a shared object (also --so_filename=FILE).\n"
		"--assertions: what %%{ }%% has to hold is not judged but left in FILE, for assertions.py.\n");
}

/* NAME or NAME:ARGUMENT */
static void choose_backend(struct suite *s, const char *text)
{
	size_t len = strcspn(text, ":");

	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (strlen(backends[i]->name) == len && !strncmp(backends[i]->name, text, len)) {
			s->ops = backends[i];
			s->backend_argument = text[len] ? text + len + 1 : NULL;
			return;
		}
	fprintf(stderr, "packetdrill: --backend=%s: choose stack, ref, rtl, linux or so:FILE\n",
		text);
	exit(2);
}

static void parse_arguments(struct suite *s, int argc, char **argv)
{
	static const struct option options[] = {{"backend", required_argument, NULL, 'b'},
						{"so_filename", required_argument, NULL, 's'},
						{"jobs", required_argument, NULL, 'j'},
						{"verbose", no_argument, NULL, 'v'},
						{"assertions", required_argument, NULL, 'a'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'b') {
			choose_backend(s, optarg);
		} else if (c == 's') {
			s->ops = &backend_so;
			s->backend_argument = optarg;
		} else if (c == 'j') {
			s->parallel = (unsigned int)atoi(optarg);
		} else if (c == 'v') {
			s->verbose = true;
		} else if (c == 'a') {
			s->assertions = optarg;
		} else {
			usage(c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	for (int i = optind; i < argc; i++)
		add_path(s, argv[i]);
	if (!s->count) {
		usage(stderr);
		exit(2);
	}
	if (!s->parallel)
		s->parallel = s->ops == &backend_linux ? 24 : 1;
}

int main(int argc, char **argv)
{
	struct suite s = {.ops = &backend_stack};
	char error[512] = "";
	bool skip = false;

	parse_arguments(&s, argc, argv);
	qsort(s.jobs, s.count, sizeof(*s.jobs), by_name);
	s.backend = s.ops->create(s.backend_argument, &skip, error, sizeof(error));
	if (!s.backend) {
		printf("%s back end: %s\n", s.ops->name, error);
		if (skip)
			printf("0 passed, 0 failed, %u skipped\n", s.count);
		return skip ? 0 : 1;
	}
	run_jobs(&s);
	if (!(s.assertions ? hand_out_assertions(&s) : judge_assertions(&s)))
		return 1;
	return report(&s);
}
