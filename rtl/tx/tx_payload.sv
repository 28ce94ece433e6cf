// SPDX-License-Identifier: MIT
//
// Reads the descriptors' buffers ahead of their use into a memory of whole beats. A buffer takes
// ceil(length / beat) beats with its first byte in lane 0, and is read by requests of up to
// `MaxRequest` bytes (a multiple of the beat), so beats of one buffer follow each other without a
// gap. A request is made only when the memory has room for all of its answer.
//
// The walker looks at the oldest beat through `rdata_o`, one clock after `read_i`; `pop_i` frees it.

module tx_payload #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned Beats = 512,
  parameter int unsigned MaxRequest = 8192
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             run_i,    // new requests allowed
  input  logic             flush_i,  // forget what is stored; nothing is in flight

  input  logic             order_valid_i,
  input  logic [63:0]      order_addr_i,
  input  logic [19:0]      order_len_i,
  output logic             order_pop_o,

  output logic             data_rd_req_valid_o,
  output logic [63:0]      data_rd_req_addr_o,
  output logic [15:0]      data_rd_req_len_o,
  input  logic             data_rd_req_ready_i,
  input  logic             data_rd_rsp_valid_i,
  input  logic [DataW-1:0] data_rd_rsp_data_i,

  output logic             beat_valid_o,
  input  logic             read_i,
  input  logic             pop_i,
  output logic [DataW-1:0] rdata_o,

  output logic             drained_o,
  output logic             active_o
);
  localparam int unsigned Lanes = DataW / 8;
  localparam int unsigned LaneW = $clog2(Lanes);
  localparam int unsigned PtrW = $clog2(Beats);
  localparam int unsigned ReqW = $clog2(MaxRequest);

  // Requests: `part_q` counts the full-sized ones already made for the oldest order.
  logic [19-ReqW:0] part_q;
  logic [19:0] rest;
  logic [ReqW:0] size;
  logic [PtrW:0] beats, room;
  logic last, fits, req_valid_q, request, req_fire;
  logic [63:0] req_addr_q;
  logic [ReqW:0] req_len_q;

  logic [PtrW:0] wr_q, rd_q, reserved_q;  // reserved_q: where the next request's answer begins

  always_comb begin
    rest = '0;
    last = 1'b0;
    size = '0;
    beats = '0;
    room = '0;
    fits = 1'b0;
    if (run_i && order_valid_i) begin
      rest = order_len_i - {part_q, {ReqW{1'b0}}};
      last = rest <= 20'(MaxRequest);
      size = last ? rest[ReqW:0] : (ReqW + 1)'(MaxRequest);
      beats = (PtrW + 1)'((32'(size) + Lanes - 1) >> LaneW);
      room = (PtrW + 1)'(Beats) - (reserved_q - rd_q);
      fits = beats <= room;
    end
  end

  assign req_fire = req_valid_q && data_rd_req_ready_i;
  assign request = fits && (!req_valid_q || req_fire);
  assign order_pop_o = request && last;

  assign data_rd_req_valid_o = req_valid_q;
  assign data_rd_req_addr_o = req_addr_q;
  assign data_rd_req_len_o = 16'(req_len_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      part_q <= '0;
      req_valid_q <= 1'b0;
      wr_q <= '0;
      rd_q <= '0;
      reserved_q <= '0;
    end else begin
      if (flush_i) part_q <= '0;
      else if (request) part_q <= last ? '0 : part_q + 1'b1;

      if (request) begin
        req_valid_q <= 1'b1;
        reserved_q <= reserved_q + beats;
      end else if (req_fire) begin
        req_valid_q <= 1'b0;
      end

      if (data_rd_rsp_valid_i) wr_q <= wr_q + 1'b1;
      if (flush_i) rd_q <= wr_q;
      else if (pop_i) rd_q <= rd_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (request) begin
      req_addr_q <= order_addr_i + 64'({part_q, {ReqW{1'b0}}});
      req_len_q <= size;
    end
  end

  logic [DataW-1:0] mem_q [Beats];

  always_ff @(posedge clk_i) begin
    if (data_rd_rsp_valid_i) mem_q[wr_q[PtrW-1:0]] <= data_rd_rsp_data_i;
  end

  always_ff @(posedge clk_i) begin
    if (read_i) rdata_o <= mem_q[rd_q[PtrW-1:0]];
  end

  assign beat_valid_o = wr_q != rd_q;
  assign drained_o = !req_valid_q && wr_q == reserved_q;
  assign active_o = request || req_fire || data_rd_rsp_valid_i || pop_i;
endmodule
