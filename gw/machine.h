/* machine.h - what identifies the machine and the program, for `show version` and `show inventory`. */
#ifndef GW_GW_MACHINE_H
#define GW_GW_MACHINE_H

struct machine {
	char serial[14]; /* "GW" and eleven digits of a hash of the machine id, which is not shown itself (see
			    machine-id(5)); "": it has no id */
	char program[512]; /* path of the running program; "": not known */
};

void machine_read(struct machine *);

#endif
