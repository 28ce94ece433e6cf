// SPDX-License-Identifier: MIT
//
// Ringside's own: where the time of transmit, of receive and of the two DMA masters goes, in nanoseconds of
// `now_i`, so that software can see what limits them. A block is busy (its registers change), waits for DMA, waits for the
// wire, or has nothing to do; the time since the last change of that is added when it changes. Counts
// only while RS_TIME_CTRL.EN is set; setting it starts from 0. Reading a low half latches the high half.

module time_use (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic [63:0] now_i,

  input  logic        re_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  // Of {write DMA, read DMA, receive, transmit}. Busy wins over the wire, the wire over DMA.
  input  logic [3:0]  busy_i,
  input  logic [1:0]  wire_i,
  input  logic [3:0]  dma_i,

  output logic        idle_o
);
  localparam int unsigned Blocks = 4;
  localparam int unsigned Uses = 3;  // busy, DMA, wire; 0 is nothing to do
  localparam logic [16:0] End = ringside_reg_pkg::RS_TIME_OFFSET + 17'(8 * Blocks * Uses);

  logic en_q, here, in_counts, begins;
  logic [31:0] high_q;
  logic [Blocks*2-1:0] use_q, use_d;
  logic [Blocks*64-1:0] since_q;
  logic [Blocks*Uses*64-1:0] count_q;
  logic [Blocks-1:0] changes, on_wire;

  always_comb begin
    here = 1'b0;
    in_counts = 1'b0;
    if (re_i || we_i) begin
      here = addr_i == ringside_reg_pkg::RS_TIME_CTRL_OFFSET;
      in_counts = addr_i >= ringside_reg_pkg::RS_TIME_OFFSET && addr_i < End;
    end
  end

  assign on_wire = {2'b00, wire_i};
  assign begins = here && we_i && wdata_i[ringside_reg_pkg::RS_TIME_CTRL_EN_BIT];

  always_comb begin
    use_d = '0;
    changes = '0;
    if (en_q || use_q != '0) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        if (en_q) begin
          if (busy_i[b]) use_d[2*b +: 2] = 2'd1;
          else if (on_wire[b]) use_d[2*b +: 2] = 2'd3;
          else if (dma_i[b]) use_d[2*b +: 2] = 2'd2;
        end
        changes[b] = use_d[2*b +: 2] != use_q[2*b +: 2];
      end
    end
  end

  // What a block has been doing until now.
  logic [Blocks*64-1:0] lasted, sum;

  always_comb begin
    lasted = '0;
    sum = '0;
    for (int unsigned b = 0; b < Blocks; b++) begin
      if (changes[b] || (re_i && in_counts)) begin
        lasted[64*b +: 64] = now_i - since_q[64*b +: 64];
        for (int unsigned u = 0; u < Uses; u++)
          if (use_q[2*b +: 2] == 2'(u + 1)) sum[64*b +: 64] = count_q[64*(Uses*b+u) +: 64];
        sum[64*b +: 64] = sum[64*b +: 64] + lasted[64*b +: 64];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      en_q <= 1'b0;
      use_q <= '0;
      count_q <= '0;
    end else if (begins) begin
      en_q <= 1'b1;
      use_q <= '0;
      count_q <= '0;
    end else begin
      if (here && we_i) en_q <= 1'b0;
      if (changes != '0) begin
        use_q <= use_d;
        for (int unsigned b = 0; b < Blocks; b++) begin
          for (int unsigned u = 0; u < Uses; u++) begin
            if (changes[b] && use_q[2*b +: 2] == 2'(u + 1) && (b < 2 || u < 2))  // the masters know no wire
              count_q[64*(Uses*b+u) +: 64] <= sum[64*b +: 64];
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned b = 0; b < Blocks; b++) if (changes[b]) since_q[64*b +: 64] <= now_i;
  end

  // Reading: what was added up, and what runs.
  logic [63:0] value;
  logic [4:0] place;

  always_comb begin
    value = '0;
    place = addr_i[7:3] - ringside_reg_pkg::RS_TIME_OFFSET[7:3];
    rdata_o = '0;
    if (re_i && in_counts) begin
      for (int unsigned i = 0; i < Blocks * Uses; i++) begin
        if (place == 5'(i))
          value = use_q[2*(i/Uses) +: 2] == 2'(i % Uses + 1) ? sum[64*(i/Uses) +: 64] : count_q[64*i +: 64];
      end
      rdata_o = addr_i[2] ? high_q : value[31:0];
    end else if (re_i && here) begin
      rdata_o = 32'(en_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (re_i && in_counts && !addr_i[2]) high_q <= value[63:32];
  end

  assign idle_o = !here && !in_counts && changes == '0;

  logic unused;
  assign unused = ^{wdata_i[31:1], addr_i[1:0]};
endmodule
