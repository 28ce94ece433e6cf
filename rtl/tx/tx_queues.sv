// SPDX-License-Identifier: MIT
//
// The transmit rings, read ahead each by its own tx_fetch, as one stream of descriptors. The ring whose
// turn it is keeps it from a packet's first descriptor, the context before it included, to its EOP; then
// the other one has the next packet if it has any (82574 fact sheet 4.3, 4.6: round robin by packet, one
// context for both). There is one data path: while both rings are on, a packet is begun only when all
// of it is there (tx_fetch), so that neither waits for the other's software. A ring that ends with a
// context gives the turn away.
//
// Both share a DMA client: answers come in the order of requests, so their owners queue up.

module tx_queues #(
  parameter int unsigned DataW = 1024,
  parameter bit EnQueues = 1'b1  // 0: only ring 0
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic [1:0]       start_i,  // see tx_fetch; a bit a ring
  input  logic [1:0]       run_i,
  input  logic             flush_i,

  input  logic [2*64-1:0]  ring_base_i,
  input  logic [2*16-1:0]  ring_size_i,
  input  logic [2*16-1:0]  tail_i,
  input  logic [2*16-1:0]  head_i,

  output logic             desc_rd_req_valid_o,
  output logic [63:0]      desc_rd_req_addr_o,
  output logic [15:0]      desc_rd_req_len_o,
  input  logic             desc_rd_req_ready_i,
  input  logic             desc_rd_rsp_valid_i,
  input  logic [DataW-1:0] desc_rd_rsp_data_i,
  input  logic             desc_rd_rsp_last_i,

  output logic             desc_valid_o,
  output logic             desc_queue_o,
  output logic [127:0]     desc_o,
  input  logic             desc_pop_i,

  output logic             drained_o,
  output logic             active_o
);
  logic [1:0] req_valid, req_ready, rsp_valid, valid, pop, carries, eop, whole, dry, drained, active;
  logic [2*64-1:0] req_addr;
  logic [2*16-1:0] req_len;
  logic [2*128-1:0] desc;

  for (genvar q = 0; q < 2; q++) begin : gen_ring
    if (q == 0 || EnQueues) begin : gen_fetch
      tx_fetch #(.DataW(DataW)) u_fetch (
        .clk_i, .rst_ni, .start_i(start_i[q]), .run_i(run_i[q]), .flush_i,
        .ring_base_i(ring_base_i[64*q +: 64]), .ring_size_i(ring_size_i[16*q +: 16]),
        .tail_i(tail_i[16*q +: 16]), .head_i(head_i[16*q +: 16]),
        .desc_rd_req_valid_o(req_valid[q]), .desc_rd_req_addr_o(req_addr[64*q +: 64]),
        .desc_rd_req_len_o(req_len[16*q +: 16]), .desc_rd_req_ready_i(req_ready[q]),
        .desc_rd_rsp_valid_i(rsp_valid[q]), .desc_rd_rsp_data_i, .desc_rd_rsp_last_i,
        .desc_valid_o(valid[q]), .desc_o(desc[128*q +: 128]), .desc_pop_i(pop[q]),
        .carries_o(carries[q]), .eop_o(eop[q]), .whole_o(whole[q]),
        .dry_o(dry[q]), .drained_o(drained[q]), .active_o(active[q])
      );
    end else begin : gen_none
      assign req_valid[q] = 1'b0;
      assign req_addr[64*q +: 64] = '0;
      assign req_len[16*q +: 16] = '0;
      assign valid[q] = 1'b0;
      assign desc[128*q +: 128] = '0;
      assign {carries[q], eop[q], whole[q]} = '0;
      assign dry[q] = 1'b1;
      assign drained[q] = 1'b1;
      assign active[q] = 1'b0;

      logic unused_ring;
      assign unused_ring = ^{start_i[q], run_i[q], ring_base_i[64*q +: 64], ring_size_i[16*q +: 16],
                             tail_i[16*q +: 16], head_i[16*q +: 16], req_ready[q], rsp_valid[q], pop[q]};
    end
  end

  // Requests: a ring once offered stays until it is taken.
  logic asker, asked_q, asker_q, owner, owners_full, unused_owners_empty, ask;
  logic [4:0] unused_owners;

  assign asker = asked_q ? asker_q : !req_valid[0];
  assign desc_rd_req_valid_o = req_valid != '0 && !owners_full;
  assign desc_rd_req_addr_o = asker ? req_addr[127:64] : req_addr[63:0];
  assign desc_rd_req_len_o = asker ? req_len[31:16] : req_len[15:0];
  assign ask = desc_rd_req_valid_o && desc_rd_req_ready_i;
  assign req_ready = {ask && asker, ask && !asker};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) asked_q <= 1'b0;
    else asked_q <= desc_rd_req_valid_o && !desc_rd_req_ready_i;
    if (desc_rd_req_valid_o) asker_q <= asker;
  end

  sync_fifo #(.Width(1), .Depth(16)) u_owners (
    .clk_i, .rst_ni, .flush_i(1'b0), .push_i(ask), .data_i(asker),
    .pop_i(desc_rd_rsp_valid_i && desc_rd_rsp_last_i), .head_o(owner), .empty_o(unused_owners_empty),
    .full_o(owners_full), .count_o(unused_owners)
  );

  assign rsp_valid = {desc_rd_rsp_valid_i && owner, desc_rd_rsp_valid_i && !owner};

  // Turns, as descriptors go into the register that shows the next one. `fresh_q`: nothing was taken
  // since the last packet's end; `inside_q`: a packet is under way.
  logic turn_q, turn_d, fresh_q, inside_q, ok_q, take, ready, other_waits;
  logic [1:0] in_use;
  logic [127:0] next;
  logic [127:0] desc_q;
  logic queue_q;

  assign desc_valid_o = ok_q;
  assign desc_queue_o = queue_q;
  assign desc_o = desc_q;
  assign other_waits = valid[!turn_q] && (whole[!turn_q] || !in_use[turn_q]);
  assign in_use = {run_i[1] && ring_size_i[31:16] != '0, run_i[0] && ring_size_i[15:0] != '0};
  assign ready = valid[turn_q] && (!fresh_q || whole[turn_q] || !in_use[!turn_q]);
  assign take = ready && (!ok_q || desc_pop_i);
  assign pop = {take && turn_q, take && !turn_q};

  always_comb begin
    next = '0;
    turn_d = turn_q;
    if (take) begin
      next = turn_q ? desc[255:128] : desc[127:0];
      if (eop[turn_q] && other_waits) turn_d = !turn_q;
    end else if (other_waits && !ready && (fresh_q || (!inside_q && dry[turn_q]))) begin
      turn_d = !turn_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      turn_q <= 1'b0;
      fresh_q <= 1'b1;
      inside_q <= 1'b0;
      ok_q <= 1'b0;
    end else begin
      turn_q <= turn_d;
      if (take) begin
        fresh_q <= eop[turn_q];
        if (carries[turn_q]) inside_q <= !eop[turn_q];
        ok_q <= 1'b1;
      end else begin
        if (turn_d != turn_q) fresh_q <= 1'b1;
        if (desc_pop_i) ok_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      desc_q <= next;
      queue_q <= turn_q;
    end
  end

  assign drained_o = drained == '1;
  assign active_o = active != '0 || take || desc_pop_i || turn_d != turn_q ||
                    asked_q != (desc_rd_req_valid_o && !desc_rd_req_ready_i);
endmodule
