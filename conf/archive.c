#include "conf/archive.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

void
archive_conf_reset_log(struct archive_conf *a)
{
	a->log = a->hidekeys = a->notify = a->notify_xml = false;
	a->log_size = ARCHIVE_LOG_SIZE;
	kept_list_free(&a->log_kept);
}

struct archive_conf *
archive_conf_new(void)
{
	struct archive_conf *a = xcalloc(1, sizeof *a);

	a->refs = 1;
	a->maximum = ARCHIVE_MAXIMUM;
	archive_conf_reset_log(a);
	return a;
}

struct archive_conf *
archive_conf_copy(const struct archive_conf *from)
{
	struct archive_conf *a = xmalloc(sizeof *a);

	*a = *from;
	a->refs = 1;
	a->path = xstrdup(from->path);
	a->kept = kept_list_copy(&from->kept);
	a->log_kept = kept_list_copy(&from->log_kept);
	return a;
}

void
archive_conf_release(struct archive_conf *a)
{
	if (--a->refs > 0)
		return;
	free(a->path);
	kept_list_free(&a->kept);
	kept_list_free(&a->log_kept);
	free(a);
}

bool
archive_conf_equal(const struct archive_conf *a, const struct archive_conf *b)
{
	return str_eq(a->path, b->path) && a->maximum == b->maximum && a->time_period == b->time_period &&
	       a->write_memory == b->write_memory && a->log == b->log && a->log_size == b->log_size &&
	       a->hidekeys == b->hidekeys && a->notify == b->notify && a->notify_xml == b->notify_xml &&
	       kept_list_equal(&a->kept, &b->kept) && kept_list_equal(&a->log_kept, &b->log_kept);
}
