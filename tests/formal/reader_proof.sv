// SPDX-License-Identifier: MIT
//
// dma_reader with two clients on a 32-bit bus, two bursts in flight, any requests, any timing of a
// memory that answers in order, any srst_i.
//
// On AXI: an address once valid stays, unchanged, until taken; it is aligned to a beat; its burst
// does not cross 4 KiB; no more bursts are in flight than allowed. To the clients: an answer has exactly
// ceil(len / beat) beats, in order of the requests, all bytes of it those at the requested addresses
// (the memory holds a function of the address), an error response is all ones and flagged, and nothing
// comes of a request from before srst_i.

module reader_proof #(
  parameter bit Answers = 1'b1  // 0: only what goes to AXI is judged, deeper for the same time
) (
  input logic         clk_i,
  input logic         rst_ni,
  input logic         srst_i,
  input logic [1:0]   req_valid_i,
  input logic [127:0] req_addr_i,
  input logic [31:0]  req_len_i,
  input logic         arready_i,
  input logic         rvalid_i,
  input logic         rerr_i
);
  localparam int unsigned DataW = 32;
  localparam int unsigned Bytes = DataW / 8;
  localparam int unsigned MaxBursts = 2;
  localparam int unsigned MaxBytes = 3 * Bytes;  // of a request here: 4 beats where it is unaligned

  logic [1:0] req_ready, rsp_valid;
  logic [DataW-1:0] rsp_data, rdata;
  logic rsp_last, rsp_err, arvalid, rready, rlast, idle, drained, reset_q;
  logic [63:0] araddr;
  logic [7:0] arlen;

  dma_reader #(.DataW(DataW), .NumClients(2), .MaxBursts(MaxBursts)) dut (
    .clk_i, .rst_ni, .srst_i,
    .rd_req_valid_i(req_valid_i), .rd_req_addr_i(req_addr_i), .rd_req_len_i(req_len_i),
    .rd_req_ready_o(req_ready),
    .rd_rsp_valid_o(rsp_valid), .rd_rsp_data_o(rsp_data), .rd_rsp_last_o(rsp_last), .rd_rsp_err_o(rsp_err),
    .m_axi_araddr_o(araddr), .m_axi_arlen_o(arlen), .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready_i),
    .m_axi_rdata_i(rdata), .m_axi_rresp_i({rerr_i, 1'b0}), .m_axi_rlast_i(rlast), .m_axi_rvalid_i(rvalid_i),
    .m_axi_rready_o(rready), .idle_o(idle), .drained_o(drained)
  );

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  function automatic logic [7:0] memory(input logic [15:0] addr);
    memory = addr[7:0];
  endfunction

  // The memory: bursts in flight, the oldest in the low bits; two at most, as asserted.
  logic [1:0] bursts_q;
  logic [15:0] burst_addr_q, next_addr_q;
  logic [7:0] burst_left_q, next_left_q;
  logic ar_fire, r_end;

  assign ar_fire = arvalid && arready_i;
  assign rlast = burst_left_q == '0;
  assign r_end = rvalid_i && rlast;

  for (genvar b = 0; b < Bytes; b++) begin : g_memory
    assign rdata[8*b +: 8] = memory(burst_addr_q + 16'(b));
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      bursts_q <= '0;
    end else begin
      bursts_q <= bursts_q + 2'(ar_fire) - 2'(r_end);
      if (rvalid_i) begin
        burst_addr_q <= burst_addr_q + 16'(Bytes);
        burst_left_q <= burst_left_q - 1'b1;
      end
      if (r_end) begin
        burst_addr_q <= next_addr_q;
        burst_left_q <= next_left_q;
      end
      if (ar_fire) begin
        if (bursts_q == '0 || (bursts_q == 2'd1 && r_end)) begin
          burst_addr_q <= araddr[15:0];
          burst_left_q <= arlen;
        end else begin
          next_addr_q <= araddr[15:0];
          next_left_q <= arlen;
        end
      end
    end
  end

  // What AXI asks of a master.
  logic ar_wait_q;
  logic [63:0] araddr_q;
  logic [7:0] arlen_q;

  always_ff @(posedge clk_i) begin
    ar_wait_q <= rst_ni && arvalid && !arready_i;
    araddr_q <= araddr;
    arlen_q <= arlen;
  end

  always_comb begin
    if (rst_ni) begin
      if (ar_wait_q) assert (arvalid && araddr == araddr_q && arlen == arlen_q);
      if (arvalid) begin
        assert (araddr[1:0] == '0);
        assert ({4'd0, araddr[11:0]} + {6'd0, arlen, 2'b00} < 16'd4096);
        assert (bursts_q < 2'(MaxBursts));
      end
      assert (rready);
    end
  end

  // One client that asks again while answers of before are on their way would need a queue here; one
  // request a client at a time is enough: the other one's overlaps.
  logic [1:0] open_q;
  logic [31:0] want_addr_q;  // low 16 bits, each client
  logic [31:0] want_left_q;  // bytes
  logic [1:0] error_q;       // any beat since the request was taken had an error
  logic [1:0] alone_q;       // and all of them were its own
  logic [1:0] told_q;        // and the client has heard of one

  always_comb begin
    assume (rst_ni == reset_q);
    assume (!(rvalid_i && bursts_q == '0));
    for (int unsigned c = 0; c < 2; c++) begin
      assume (!(req_valid_i[c] && open_q[c]));
      if (Answers) assume (req_addr_i[64*c + 16 +: 48] == '0);  // they are proved without
      assume (req_len_i[16*c +: 16] != '0 && req_len_i[16*c +: 16] <= 16'(MaxBytes));
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned c = 0; c < 2; c++) begin
      if (!rst_ni || srst_i) begin
        open_q[c] <= 1'b0;
      end else if (req_valid_i[c] && req_ready[c]) begin
        open_q[c] <= 1'b1;
        want_addr_q[16*c +: 16] <= req_addr_i[64*c +: 16];
        want_left_q[16*c +: 16] <= req_len_i[16*c +: 16];
        error_q[c] <= 1'b0;
        told_q[c] <= 1'b0;
        alone_q[c] <= bursts_q == '0 && !arvalid && !open_q[1-c];
      end else begin
        if (req_valid_i[1-c] && req_ready[1-c]) alone_q[c] <= 1'b0;
        if (rsp_valid[c] && rsp_err) told_q[c] <= 1'b1;
        if (rsp_valid[c]) begin
          open_q[c] <= !rsp_last;
          want_addr_q[16*c +: 16] <= want_addr_q[16*c +: 16] + 16'(Bytes);
          want_left_q[16*c +: 16] <= want_left_q[16*c +: 16] - 16'(Bytes);
        end
        if (rvalid_i && rerr_i) error_q[c] <= 1'b1;
      end
    end
  end

  // The cycle after srst_i may still show what was registered before it.
  logic after_srst_q;
  always_ff @(posedge clk_i) after_srst_q <= rst_ni && srst_i;

  always_comb begin
    if (rst_ni && Answers) begin
      assert (rsp_valid != 2'b11);
      for (int unsigned c = 0; c < 2; c++) begin
        if (rsp_valid[c] && !after_srst_q) begin
          assert (open_q[c]);
          assert (rsp_last == (want_left_q[16*c +: 16] <= 16'(Bytes)));
          if (rsp_last && alone_q[c] && error_q[c]) assert (told_q[c] || rsp_err);
          if (rsp_err) assert (error_q[c] && rsp_data == '1);
          else begin
            for (int unsigned b = 0; b < Bytes; b++) begin
              if (16'(b) < want_left_q[16*c +: 16])
                assert (rsp_data[8*b +: 8] == memory(want_addr_q[16*c +: 16] + 16'(b)));
            end
          end
        end
      end
    end
  end
endmodule
