/* SPDX-License-Identifier: MIT */
/* The guest's servers. Each runs as one task over one epoll instance. */
#ifndef APPS_APPS_H
#define APPS_APPS_H

struct guest;

/* Start a task each; panic when there is no memory. */
void http_server_start(struct guest *g);    /* TCP port 80 */
void echo_server_start(struct guest *g);    /* TCP port 7, RFC 862 */
void discard_server_start(struct guest *g); /* TCP port 9, RFC 863 */
void iperf3_server_start(struct guest *g);  /* TCP and UDP port 5201 */
/* Runs what the command line asks for; a line "iperf3: ..." a run on the console. */
void iperf3_client_start(struct guest *g);

#endif
